<?php
// php import.php FILE=update FILE=create …: imports files with WooCommerce's own importer, in order, and prints as JSON
// what it said and what the shop holds afterwards.
require __DIR__ . '/site.php';
wp_set_current_user(1);
require_once WC_ABSPATH . 'includes/import/class-wc-product-csv-importer.php';
require_once WC_ABSPATH . 'includes/admin/importers/class-wc-product-csv-importer-controller.php';
class Headers extends WC_Product_CSV_Importer_Controller {
    public function map($headers) {
        return $this->auto_map_columns($headers, false);
    }
}
$told = [];
foreach (array_slice($argv, 1) as $argument) {
    [$file, $mode] = explode('=', $argument);
    $handle = fopen($file, 'r');
    $headers = fgetcsv($handle);
    fclose($handle);
    $importer = new WC_Product_CSV_Importer($file, [
        'parse' => true, 'mapping' => (new Headers)->map($headers), 'update_existing' => $mode === 'update', 'lines' => -1,
    ]);
    $out = ['file' => basename($file), 'mode' => $mode];
    foreach ($importer->import() as $kind => $items) {
        $out[$kind] = count($items);
        foreach ($items as $item) {
            if (is_wp_error($item)) {
                $out['messages'][] = $item->get_error_message() . ' | ' . json_encode($item->get_error_data());
            }
        }
    }
    $told[] = $out;
    wp_cache_flush();
}
global $wpdb;
$posts = [];
$found = $wpdb->get_results("select * from {$wpdb->posts} where post_type in ('product','product_variation') order by ID");
foreach ($found as $post) {
    $row = [
        'id' => (int) $post->ID, 'kind' => $post->post_type, 'status' => $post->post_status,
        'parent' => (int) $post->post_parent, 'title' => $post->post_title, 'text' => $post->post_content,
    ];
    $product = wc_get_product($post->ID);
    if ($product) {
        $names = wp_get_post_terms($post->ID, 'product_cat', ['fields' => 'names']);
        $row += [
            'type' => $product->get_type(), 'sku' => $product->get_sku(), 'price' => $product->get_regular_price(),
            'stock' => $product->get_stock_quantity(), 'weight' => $product->get_weight(),
            'tags' => count($product->get_tag_ids()), 'categories' => implode(',', $names),
            'purchasable' => $product->is_purchasable(),
        ];
    }
    $posts[] = $row;
}
echo json_encode(['imports' => $told, 'shop' => $posts], JSON_UNESCAPED_UNICODE | JSON_PRETTY_PRINT), "\n";
