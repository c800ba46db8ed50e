"""What can be chosen of a history: how its world is made, and which rules of the protocol are kept.

The numbers are those of the rules in docs/protocol.md.
"""
from dataclasses import dataclass
from types import SimpleNamespace
from typing import NamedTuple


class Switch(NamedTuple):
    """A part of a rule that can be turned off, to show which histories go wrong without it."""

    rule: int
    kept: object  # its value as long as the rule is kept
    meaning: str
    departures: dict  # each value that departs from it, and what it means


NOT = {False: 'not so'}

SWITCHES = {
    # Cursors.
    'snapshot_cursor': Switch(1, True, 'a cursor is a snapshot, and not a greatest transaction id', NOT),
    'cursor_with_data': Switch(1, True, 'central stores its cursor together with the data', {
        False: 'when the clone has got the reply',
    }),
    'pending': Switch(2, 'rowcursor', 'a held row keeps the cursor at which it was refused', {
        'cursor_eats': 'the cursor passes over it',
        'clone_forgets': 'the clone forgets the rows that central refused',
        'retry_blind': 'the clone asks for it from where it was refused last',
    }),
    'cursor_own': Switch(3, True, "central's cursor, as the clone gets it, includes the exchange itself", NOT),
    'central_guard': Switch(4, True, 'a clone whose central was restored from a dump is refused', NOT),
    'clone_guard': Switch(4, True, 'a clone that was restored from a dump is refused', NOT),
    'deploy_reset': Switch(4, True, "a deployment resets what central's entry says was received", NOT),
    'token': Switch(5, True, 'a clone presents the token that it presented or was offered last', NOT),
    'regress': Switch(5, True, "the clone's snapshot contains the one that central has stored", NOT),
    'digest': Switch(5, True, 'the events skipped are exactly those received', NOT),
    # Exchange.
    'clone_lock': Switch(6, True, 'a clone has one synchronisation at a time', NOT),
    'entry_lock': Switch(6, True, "an exchange locks the clone's entry on central", NOT),
    'skip_first': Switch(7, True, 'events that were received are skipped before the rest is reduced', NOT),
    'order': Switch(7, 'event', 'events are reduced in the order of the events', {'time': 'in that of their times'}),
    'keep_noop': Switch(7, True, 'a field that was set back to the value before is an edit', NOT),
    'equal_time': Switch(7, True, 'a value that is set again is a later edit', NOT),
    'field_time': Switch(7, True, 'each field has its own time', {False: 'all fields of a row have the last one'}),
    'id_nets_d': Switch(7, True, 'insert and delete make a delete', {False: 'they make nothing'}),
    'own_excluded': Switch(8, True, 'fields that the clone wrote last are not compared with', NOT),
    'cause_excluded': Switch(8, True, 'fields that a trigger wrote because of the clone are not either', NOT),
    'drop_echo': Switch(8, True, 'fields that the clone wrote last are not sent to it', NOT),
    'strip_losers': Switch(9, True, "fields that lost do not get into central's log", NOT),
    'split_trigger': Switch(9, True, 'what a replay wrote beyond what was sent has origin central', NOT),
    'log_reverted': Switch(9, True, "a value that central did not take is logged as central's, even if unchanged", NOT),
    'altered_time': Switch(9, 'inherit', 'a field that a trigger altered has the time of the edit that caused it', {
        'now': 'the time at which the trigger ran',
    }),
    'touch_locks': Switch(9, True, 'a log entry without a write locks its row', NOT),
    'missing': Switch(9, 'delete', 'an edit of a row that is not there goes to conflicts', {'ignore': 'nowhere'}),
    'missing_touch': Switch(9, True, 'the clone is told that such a row is gone', NOT),
    'cascade_conflict': Switch(10, True, 'unseen edits that a foreign key takes along go to conflicts', NOT),
    'spare_cascade': Switch(10, True, 'a delete takes no row along whose change is refused or still to come', NOT),
    # Apply.
    'apply_race': Switch(11, 'hold', 'a row that was edited on the clone meanwhile is held', {
        'keep_local': 'it keeps the fields edited',
        'overwrite': 'they are overwritten',
        'resolve': 'the later value wins',
    }),
    'cascade_guard': Switch(11, True, 'a replayed delete takes no rows along on a clone', NOT),
    'confirm': Switch(11, 'sent', 'the clone forgets the events in the snapshot that it sent', {'now': 'all it has'}),
    # Both.
    'del_last': Switch(12, True, 'deletes come last', NOT),
    'rounds': Switch(12, True, 'refused rows are tried again in passes', NOT),
    'park': Switch(12, True, 'then they are written as a group, with their unique values set aside', NOT),
    'purge': Switch(15, 'presented', 'only what clones have presented as received is purged', {
        'offered': 'what they were offered',
        'noexc': 'without a look at held rows',
    }),
}


def rules(**departures):
    """The rules, all kept but for the departures given by name."""
    unknown = set(departures) - set(SWITCHES)
    if unknown:
        raise ValueError('no such switch: ' + ', '.join(sorted(unknown)))
    return SimpleNamespace(**{name: departures.get(name, switch.kept) for name, switch in SWITCHES.items()})


@dataclass(frozen=True)
class Configuration:
    """How the world of a history is made, and what happens in it."""

    clones: str = 'ABD'  # a letter for each
    length: int = 30  # the most operations
    fields: str = 'xxyzup'  # what users edit, more often what stands here more often
    values: int = 40  # the greatest one
    foreign_key: str = 'restrict'  # what a delete of the parent does: restrict, cascade or setnull
    triggers: bool = False  # central has triggers that alter the row written
    counting: bool = False  # and one that writes another row
    swallowing: bool = False  # and one that lets some rows not be inserted
    check: bool = False  # there is a check constraint over two fields
    clocks: bool = False  # the clones' clocks change
    central_clock: bool = False  # and central's
    ties: bool = False  # everything happens at once
    lossy: bool = False  # most replies are lost
    purge: bool = False  # central's log is purged
    two: float = 0  # how often somebody starts a second synchronisation of a clone
    zombie: float = 0  # how often a session on central outlives its clone's
    copies: bool = False  # the first clone is copied, and restored from backups
    restore: str = ''  # how central goes back: rewind (ids are given again), or restore (a dump: ids start anew)
    moves: str = ''  # what happens to the first clone: dump (it is moved by a dump) or deploy
    strict: bool = False  # two synchronisations have to do, also after rows were pending


CONFIGURATIONS = {
    'plain': Configuration(),
    'clock': Configuration(clocks=True),
    'trig': Configuration(triggers=True, counting=True, clocks=True),
    'swallow': Configuration(swallowing=True, triggers=True),
    'cascade': Configuration(foreign_key='cascade', check=True),
    'setnull': Configuration(foreign_key='setnull'),
    'purge': Configuration(purge=True, triggers=True),
    'copies': Configuration(copies=True, clones='AB'),
    'small': Configuration(values=4, fields='xxy', clones='AB', length=20),
    'zombie': Configuration(zombie=.04, clones='AB', length=40),
    'strict': Configuration(strict=True),
    'unique': Configuration(fields='uux', purge=True, length=45),
    'rewind': Configuration(restore='rewind', length=40, triggers=True),
    'dump': Configuration(restore='restore', length=40),
    'moved': Configuration(moves='dump', length=40, clones='AB'),
    'deploy': Configuration(moves='deploy', length=40, clones='AB'),
    'ties': Configuration(triggers=True, ties=True),
    'lossy': Configuration(lossy=True, triggers=True, clocks=True, foreign_key='cascade', length=45),
    'two': Configuration(two=.05, clones='AB', length=40),
    'all': Configuration(triggers=True, counting=True, clocks=True, central_clock=True, check=True,
                         foreign_key='cascade', purge=True, copies=True, length=45),
}
