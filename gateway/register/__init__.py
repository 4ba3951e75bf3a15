"""The register: what lists and figures read, kept from the events by any number of projectors."""
