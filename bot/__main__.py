"""``python -m bot``: hands what the composition root offers to the command line."""

from bot.operations import Operations
from handlers.cli import create_cli

if __name__ == "__main__":
    create_cli(Operations())()
