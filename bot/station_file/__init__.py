"""station.yaml: one file that sets a station up. Read and checked (parse), then brought into the database (apply)."""

from bot.station_file.apply import Change, ChangeKind, apply
from bot.station_file.nouns import StationFile, StationFileError
from bot.station_file.parse import load_station, parse_station

__all__ = ["Change", "ChangeKind", "StationFile", "StationFileError", "apply", "load_station", "parse_station"]
