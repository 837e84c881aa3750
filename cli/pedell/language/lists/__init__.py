"""CSV and XLSX beside the YAML: devices, deliveries, contracts, licences, suppliers' lists."""
