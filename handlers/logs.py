"""Logs: one JSON object a line, with a stable ``event`` name and ids; never what was typed."""

import logging
import sys
from pathlib import Path
from traceback import extract_tb

import structlog


def where(error: BaseException) -> str:
    """Return the file and line at which ``error`` was raised; nothing of its text."""
    frames = extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown"


def configure_logs(level: str, *, pretty: bool = False) -> None:
    """Send our own events, and warnings of the libraries, to standard error.

    ``pretty`` is for a person at a terminal; otherwise each line is JSON.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, _through_stdlib],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    # Where a line cannot be written, Python would print the exception at hand, words and all.
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    # It tells with a traceback what storage/queue.py tells in a word.
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    for ours in ("bot", "handlers", "storage"):
        logging.getLogger(ours).setLevel(level)


_through_stdlib = structlog.stdlib.ProcessorFormatter.wrap_for_formatter
