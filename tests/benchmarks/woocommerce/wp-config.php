<?php
// A shop that answers to nobody: a database on a local socket, no address outside it.
define('DB_NAME', getenv('WOO_DB') ?: 'wp');
define('DB_USER', getenv('WOO_USER') ?: 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:' . getenv('WOO_SOCKET'));
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
$table_prefix = 'wp_';
define('WP_DEBUG', false);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {
    define($name . '_KEY', 'x');
    define($name . '_SALT', 'x');
}
if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';
