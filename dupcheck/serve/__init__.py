"""Checks, decisions and claims over HTTP, for the programs that publish listings.

::

    problems  what cannot be done, as problem documents (RFC 9457) in the language asked for
    metrics    what is counted, for Prometheus
    admission      who may ask, how much, and the line that is logged of each request
    schemas    what requests and answers look like
    state      the catalogue, kept measured and up to date, and the ledger
    endings   whether a file that changed is whole
    refresh   the process in which a large catalogue is measured
    routes    the addresses, and the OpenAPI document
    server    listening, and stopping gracefully

Imported only when asked for: it needs what ``dupcheck[serve]`` installs.
"""
