"""Set-up by an admin: teams, admins, the clinic's own words."""

from typing import Final

from bot.clinic import Action, TeamForm, authorise
from bot.errors import AttuneError
from handlers.slack import blame, home
from handlers.slack.blocks import countries, notice
from handlers.slack.blocks import setup as blocks
from handlers.slack.call import Call, Filled, Payload, Reply
from handlers.slack.router import Router

_HANDLED: Final = (
    "This form came in twice, and the team was set up the first time. Nothing was done again; "
    "Attune's Home shows it."
)


def team_form(team: str, filled: Filled) -> TeamForm:
    """Return what the form holds; ``team`` is the id that came with it, empty for a new one."""
    country = filled.chosen("country") or countries.NONE
    return TeamForm(
        id=team or None,
        name=filled.text("name"),
        supervisors=filled.users("supervisors"),
        clinicians=filled.users("clinicians"),
        checkin_day=filled.number("checkin_day") or 0,
        checkin_time=filled.time("checkin_time"),
        window_days=filled.number("window_days") or 0,
        digest_day=filled.number("digest_day") or 0,
        digest_time=filled.time("digest_time"),
        quiet_from=filled.time("quiet_from"),
        quiet_to=filled.time("quiet_to"),
        country="" if country == countries.NONE else country,
        on_call=filled.user("on_call"),
        emergency_number=filled.text("emergency_number"),
        smallest_group=filled.text("smallest_group"),
    )


def _created(call: Call) -> str:
    """Return what stays the same when the form of a new team is delivered again."""
    return f"team:{call.workspace}:{call.view.get('id')}"


def register(router: Router) -> None:
    """Register the forms and their buttons."""
    _register_teams(router)
    _register_workspace(router)


def _register_teams(router: Router) -> None:
    @router.on(Payload.ACTION, "setup.create")
    async def create(call: Call) -> None:
        authorise(call.viewer, Action.SET_UP_CLINIC)
        await call.open(blocks.team_form(None))

    @router.on(Payload.ACTION, "setup.edit")
    async def edit(call: Call) -> None:
        await call.open(blocks.team_form(await call.services.clinic.team(call.viewer, call.value)))

    @router.on(Payload.VIEW, blocks.TEAM)
    async def save(call: Call) -> Reply:
        form = team_form(call.metadata, call.filled)
        if form.id is None and not await call.services.first_time(_created(call)):
            return Reply(view=notice.modal_with(_HANDLED))
        try:
            done = await call.services.clinic.save_team(call.viewer, form)
        except AttuneError:
            await blame.quietly(call.services.release(_created(call)))
            raise
        await home.publish(call)
        return Reply(view=blocks.saved(done))

    @router.on(Payload.ACTION, "setup.remove")
    async def remove(call: Call) -> None:
        team = await call.services.clinic.remove_team(call.viewer, call.value)
        await home.show(call, blocks.removed(team))


def _register_workspace(router: Router) -> None:
    @router.on(Payload.ACTION, blocks.ADMINS)
    async def open_admins(call: Call) -> None:
        await call.open(blocks.admins_form(await call.services.clinic.workspace(call.viewer)))

    @router.on(Payload.VIEW, blocks.ADMINS)
    async def save_admins(call: Call) -> Reply:
        chosen = call.filled.users("admins")
        await call.services.clinic.set_admins(call.viewer, chosen)
        await home.publish(call)
        return Reply(view=blocks.confirmed("Admins saved", blocks.admins_told(chosen)))

    @router.on(Payload.ACTION, blocks.WORDS)
    async def open_words(call: Call) -> None:
        await call.open(blocks.words_form(await call.services.clinic.workspace(call.viewer)))

    @router.on(Payload.VIEW, blocks.WORDS)
    async def save_words(call: Call) -> Reply:
        always, never = call.filled.text("always_hide"), call.filled.text("never_hide")
        await call.services.clinic.set_words(call.viewer, always, never)
        sentence = "The words are saved. They count for reflections written from now on."
        return Reply(view=blocks.confirmed("Words saved", sentence))
