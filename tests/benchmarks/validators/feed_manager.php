<?php
// Offers as JSON on standard input → the faults that the validators of best-woocommerce-feed find, as JSON.
//   php feed_manager.php PLUGIN google|yandex|facebook < offers.json
define('ABSPATH', '/');
function __($text, $domain = '') { return $text; }
function wc_get_product($id) { return null; }
function get_post_meta($id, $key, $single = false) { return []; }
function get_post_type($id) { return ''; }
function current_time($kind) { return ''; }
function wp_strip_all_tags($text) { return strip_tags($text); }
$folder = $argv[1] . '/admin/feed-validator';
require $folder . '/abstract-rex-feed-validator.php';
require $folder . '/class-rex-feed-validator-' . $argv[2] . '.php';
$class = 'Rex_Feed_Validator_' . ucfirst($argv[2]);
$validator = new $class();
$found = [];
foreach (json_decode(stream_get_contents(STDIN), true) as $k => $item) {
    foreach ($validator->validate_product($k, $validator->normalize_product_data($item), $item['id'] ?? '') as $fault) {
        $found[] = ['id' => $item['id'] ?? '', 'fault' => $fault['attribute'] . ' ' . $fault['rule'],
                    'severity' => $fault['severity']];
    }
}
echo json_encode($found);
