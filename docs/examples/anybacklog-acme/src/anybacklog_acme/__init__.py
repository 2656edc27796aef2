"""Acme's tickets, a folder of JSON files, as an anybacklog tracker."""
