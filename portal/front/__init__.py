"""The pages' frame: base templates, template tags, error pages and what else no single app owns."""
