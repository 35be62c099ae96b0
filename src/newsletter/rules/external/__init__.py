"""Run checks that need external programs or hosts: a browser, SpamAssassin, web servers."""
