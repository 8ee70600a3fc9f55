"""All settings, a section for each subject; `config.settings` puts them together."""
