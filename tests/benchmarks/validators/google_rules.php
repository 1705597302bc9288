<?php
// Offers as JSON on standard input → the faults that the rules of wpmr-product-feed-validator find, as JSON.
//   php google_rules.php PLUGIN < offers.json
define('ABSPATH', '/');
function __($text, $domain = '') { return $text; }
function apply_filters($name, $value) { return $value; }
function get_option($name, $default = []) { return $default; }
function trailingslashit($path) { return rtrim($path, '/') . '/'; }
function wp_parse_url($url) { return parse_url($url); }
define('WPMR_PFV_PLUGIN_DIR', $argv[1]);
require $argv[1] . '/includes/Services/Rules.php';
require $argv[1] . '/includes/Services/RulesEngine.php';

use WPMR\PFV\Services\Rules;
use WPMR\PFV\Services\RulesEngine;

$items = json_decode(stream_get_contents(STDIN), true);
$seen = [];
foreach ($items as &$item) {
    $item['is_duplicate_id'] = isset($seen[$item['id'] ?? '']);
    $seen[$item['id'] ?? ''] = true;
}
unset($item);
$pack = Rules::load_rulepack();
$found = RulesEngine::evaluate($items, [], $pack, Rules::effective_rules($pack, []));
echo json_encode(array_values(array_map(
    fn($f) => ['id' => $f['item_id'], 'fault' => $f['code'], 'severity' => $f['severity']], $found
)));
