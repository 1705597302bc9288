<?php
// Opens the shop in $WOO_SITE from the command line.
error_reporting(E_ERROR);
$_SERVER['HTTP_HOST'] = 'localhost';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
require getenv('WOO_SITE') . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
