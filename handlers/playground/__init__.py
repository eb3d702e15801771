"""A local stand-in for Slack: its Web API, its deliveries, and people to act as.

Bottom up: ``model`` and ``state`` hold the workspace, ``sample`` fills it, ``limits`` and
``validate`` refuse what Slack refuses, ``web_api`` and the ``methods_*`` answer the bot,
``socket_mode`` and ``events_api`` deliver to it, ``actions`` acts as a person, ``page_api`` serves
the page and ``server`` puts it together. It follows Slack's documented behaviour, listens on
loopback only and keeps nothing.
"""
