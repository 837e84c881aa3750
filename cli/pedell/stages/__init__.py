"""The verbs: one file and one public function for each stage, in the order of the flow."""
