"""python -m bot.training: make train."""

from bot.training.train import main

main()
