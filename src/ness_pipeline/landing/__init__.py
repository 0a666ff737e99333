"""The landing zone: units of work, payloads as received, the HTTP session, credentials, rows of own files."""
