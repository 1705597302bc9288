<?php
// Run twice: the first time it installs WordPress and turns the plugin on, the second time WooCommerce makes its tables.
if ($argv[1] === 'wordpress') {
    define('WP_INSTALLING', true);
}
require __DIR__ . '/site.php';
if ($argv[1] === 'wordpress') {
    require ABSPATH . 'wp-admin/includes/upgrade.php';
    wp_install('Shop', 'admin', 'seller@shop.example', true, '', 'x');
    update_option('active_plugins', ['woocommerce/woocommerce.php']);
} else {
    WC_Install::install();
    echo WC()->version, "\n";
}
