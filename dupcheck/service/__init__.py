"""Checks, decisions and claims over HTTP, for the programs that publish listings.

::

    problems  what cannot be done, as problem documents (RFC 9457) in the language asked for
    meters    what is counted, for Prometheus
    gate      who may ask, how much, and the line that is logged of each request
    shapes    what requests and answers look like
    desk      the catalogue, kept measured and up to date, and the ledger
    renewal   the process in which a large catalogue is measured
    routes    the addresses, and the OpenAPI document
    running   listening, and stopping gracefully

Imported only when asked for: it needs what ``dupcheck[serve]`` installs.
"""
