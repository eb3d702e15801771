"""``python -m bot``: hands what the composition root offers to the command line."""

from bot.custody import Custody
from bot.operations import Operations
from handlers.cli import create_cli
from handlers.custody_cli import add_custody

if __name__ == "__main__":
    app = create_cli(Operations())
    add_custody(app, Custody())
    app()
