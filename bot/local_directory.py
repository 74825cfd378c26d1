"""Who can be played in the built-in chat: the people of the station files who have a `local` account."""

from bot.adapters.local import LocalDirectory, Persona, RoomInfo
from handlers.kit.access import is_staff
from handlers.kit.names import public_name
from handlers.kit.texts import ROLE_NAMES
from storage.engine.base import Engine
from storage.model.people import PersonRole
from storage.unit import Unit

_ORDER = list(ROLE_NAMES.values())


async def read_directory(engine: Engine, aliases: tuple[str, ...]) -> LocalDirectory:
    """Raises StoreDownError."""
    async with engine.read() as tx:
        unit = Unit(tx)
        stations = {station.id: station for station in await unit.stations.all()}
        personas = []
        for identity, name in await unit.people.on_platform("local"):
            person = await unit.people.get(identity.person_id)
            roles = await unit.people.roles(identity.person_id)
            station_id, role = next(iter(roles.items()), (None, PersonRole.RESIDENT))
            station = stations.get(station_id) if station_id is not None else None
            staff = is_staff(role)
            personas.append(
                Persona(
                    user_id=identity.user_id,
                    name=name,
                    role_label=ROLE_NAMES[role],
                    station=station.name if station else "",
                    staff=staff,
                    call=public_name(person) if person and staff else "",
                )
            )
        rooms = [
            RoomInfo(chat_id=group.chat_id, title=group.title, kind=group.kind)
            for group in await unit.groups.all()
            if group.platform == "local"
        ]
    personas.sort(key=lambda persona: _ORDER.index(persona.role_label))
    return LocalDirectory(personas=tuple(personas), groups=tuple(rooms), aliases=aliases)
