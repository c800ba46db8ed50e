"""Histories: what users, clones and administrators do one after the other, and whether all ends well.

A history is a list of operations: a name, the time that passes before it, and its arguments. What concerns a database
that is not there does nothing, so that a history can be shortened at will.
"""
import random

from clone import crash, step, synchronize
from database import (
    EXISTENCE, FIELDS, Blocked, Clone, Refused, SerializationFailure, Transaction, Violation, World, user_deletes,
    user_inserts, user_updates,
)

COPY = 'X'  # the name of a copy of the first clone


# Operations. Each gets the world and its arguments.

def _user(database, number, statement, *arguments):
    """A user's statement: in one of the two transactions that may be open, or in one of its own."""
    transaction = Transaction(database) if number is None else database.open[number]
    if transaction is None:
        transaction = database.open[number] = Transaction(database)
    savepoint = transaction.savepoint()
    try:
        statement(transaction, *arguments)
    except (Blocked, Refused, SerializationFailure):
        transaction.rollback_to(savepoint)
    if number is None:
        transaction.commit()


def update(world, name, number, uid, values):
    if world.database(name):
        _user(world.database(name), number, user_updates, uid, values)


def insert(world, name, number, uid, values):
    if world.database(name):
        _user(world.database(name), number, user_inserts, uid, values)


def delete(world, name, number, uid):
    if world.database(name):
        _user(world.database(name), number, user_deletes, uid)


def commit(world, name, number):
    database = world.database(name)
    if database and database.open[number]:
        database.open[number].commit()
        database.open[number] = None


def abort(world, name, number):
    database = world.database(name)
    if database and database.open[number]:
        database.open[number].abort()
        database.open[number] = None


def one_step(world, name):
    """One step of a synchronisation."""
    if world.database(name):
        step(world.database(name))


def synchronise(world, name):
    """A whole synchronisation."""
    if world.database(name):
        synchronize(world.database(name))


def lose_reply(world, name):
    """A synchronisation whose reply is lost."""
    clone = world.database(name)
    if clone:
        for _ in range(6):
            if step(clone) in ('exchanged', 'blocked', 'refused'):
                break
        crash(clone)


def cut(world, name):
    if world.database(name):
        crash(world.database(name))


def leave_session(world, name):
    """The clone is gone in the middle of an exchange, and central has not noticed."""
    clone = world.database(name)
    if clone and clone.process and clone.process.phase == 'begun':
        world.zombies.append((clone, clone.process))
        clone.process = None


def wake_sessions(world):
    """Such sessions go on."""
    for clone, process in list(world.zombies):
        _wake(world, clone, process)


def _wake(world, clone, process):
    before = clone.process, clone.refused
    clone.process = process
    world.of_zombie = True
    result = step(clone)
    world.of_zombie = False
    clone.process, clone.refused = before
    world.count('left sessions: ' + result)
    if result in ('retry', 'refused', 'exchanged'):
        world.zombies = [each for each in world.zombies if each[1] is not process]


def swap(world, name):
    """Somebody begins a second synchronisation of a clone, and the other one waits; or the other way round."""
    clone = world.database(name)
    if clone and not (world.rules.clone_lock and clone.process):
        clone.process, clone.second_process = clone.second_process, clone.process


def set_clock(world, name, offset):
    world.database(name).clock_offset = offset


def purge(world):
    """Removes from central's log what every clone has received (rule 15)."""
    rule = world.rules.purge

    def received(event, entry):
        presented = entry.offered if rule == 'offered' else entry.presented
        held = {} if rule == 'noexc' else entry.presented_held
        return presented.sees(event.xid) and held.get(event.uid, presented).sees(event.xid)

    central = world.central
    central.log = [
        event for event in central.log if not all(received(event, entry) for entry in central.entries.values())
    ]


def copy(world, name, new_name):
    """A copy of a clone, with another name and the same identity."""
    clone = world.database(name)
    if clone and world.database(new_name) is None:
        world.clones.append(_copy_of(clone, new_name))


def _copy_of(clone, name):
    new = Clone(clone.world, name, clone.identity)
    _copy_data(clone, new)
    new.next_xid = clone.next_xid
    new.last_ended = clone.next_xid - 1
    new.clock_offset = clone.clock_offset
    new.cursor = clone.cursor
    new.held = dict(clone.held)
    new.token = clone.token
    new.central_cluster = clone.central_cluster
    return new


def _copy_data(source, target):
    target.rows = {uid: list(versions) for uid, versions in source.rows.items()}
    target.log = list(source.log)
    target.next_event = source.next_event
    target.seen = {cell: dict(edits) for cell, edits in source.seen.items()}
    target.written = {cell: set(edits) for cell, edits in source.written.items()}


def _stop(clone):
    """The server of a clone ends."""
    crash(clone)
    clone.abort_users()


def _replace(world, clone, new):
    world.clones[world.clones.index(clone)] = new


def back_up(world, name):
    clone = world.database(name)
    clone.backup = _copy_of(clone, clone.name)
    clone.backup_edits = set(world.committed)


def restore(world, name):
    """A clone is restored from its backup: what it has done since, and central has not got, is lost."""
    clone = world.database(name)
    if clone and clone.backup:
        _stop(clone)
        on_central = {edit for edits in world.central.seen.values() for edit in edits}
        lost = world.committed - clone.backup_edits - on_central
        world.exempt.update(edit for edit in lost if world.edits[edit].database == clone.name)
        new = _copy_of(clone.backup, clone.name)
        new.backup = clone.backup
        new.backup_edits = clone.backup_edits
        _replace(world, clone, new)


def move(world, name):
    """A clone is moved to another cluster by a dump: its transaction ids start again (rule 4)."""
    clone = world.database(name)
    if clone:
        _stop(clone)
        new = _copy_of(clone, clone.name)
        new.next_xid = 10
        new.last_ended = 9
        new.refused = clone.refused or (world.rules.clone_guard and 'another cluster')
        new.rows = {uid: [(5, versions[-1][1])] for uid, versions in new.rows.items()}
        _replace(world, clone, new)


def burn(world, name, number):
    """Transactions that write nothing that matters."""
    for _ in range(number):
        transaction = Transaction(world.database(name))
        transaction.need_xid()
        transaction.commit()


def deploy(world, name, from_new):
    """A package is deployed to a clone, in a new cluster or in its own; its unsent edits are given up."""
    clone = world.database(name)
    central = world.central
    if clone is None or central.entries[clone.identity].lock is not None:
        return
    _stop(clone)
    world.exempt.update(edit for edit in world.committed if world.edits[edit].database == clone.name)
    snapshot = central.snapshot()
    new = Clone(world, clone.name, clone.identity)
    xid = 10 if from_new else clone.next_xid
    new.next_xid = xid + 1
    new.last_ended = xid
    for uid in central.rows:
        row = central.read(uid, snapshot)
        if row is not None:
            new.rows[uid] = [(xid, dict(row))]
            for field, cell in row.items():
                new.written[uid, field] = {cell[1]}
    for cell, edits in central.seen.items():
        new.seen[cell] = {edit: xid for edit, by in edits.items() if snapshot.sees(by)}
    new.token = world.new_token()
    new.cursor = snapshot
    new.central_cluster = central.cluster
    entry = central.entries[clone.identity]
    entry.accepted_token = entry.offered_token = new.token
    entry.presented = entry.offered = snapshot
    entry.presented_held = {}
    if world.rules.deploy_reset:
        entry.received = new.snapshot()
        entry.held = {}
        entry.digest = frozenset()
    _replace(world, clone, new)


class CentralBackup:
    """A backup of central."""

    def __init__(self, central):
        _copy_data(central, self)
        self.next_xid = central.next_xid
        self.entries = {identity: entry.copy() for identity, entry in central.entries.items()}


def back_up_central(world):
    world.central_backup = CentralBackup(world.central)


def rewind_central(world):
    """Central goes back to its backup, in the same cluster: ids are handed out again (rule 4)."""
    central = world.central
    backup = world.central_backup
    if backup is None:
        return
    for clone in world.clones:
        crash(clone)
    central.abort_users()
    world.exempt |= world.committed
    _copy_data(backup, central)
    central.entries = {identity: entry.copy() for identity, entry in backup.entries.items()}
    central.active = {}
    central.locks = {}
    central.shares = {}
    central.next_xid = backup.next_xid
    central.last_ended = backup.next_xid - 1
    world.central_backup = None


def restore_central(world):
    """Central is restored from a dump of then, in another cluster: ids start again (rule 4)."""
    if world.central_backup is None:
        return
    rewind_central(world)
    central = world.central
    central.cluster += 1
    central.next_xid = 10
    central.last_ended = 9
    central.rows = {uid: [(5, versions[-1][1])] for uid, versions in central.rows.items()}
    central.seen = {cell: {edit: 5 for edit in edits} for cell, edits in central.seen.items()}


OPERATIONS = {operation.__name__: operation for operation in (
    update, insert, delete, commit, abort, one_step, synchronise, lose_reply, cut, leave_session, wake_sessions, swap,
    set_clock, purge, copy, back_up, restore, move, burn, deploy, back_up_central, rewind_central, restore_central,
)}


def play(operations, rules, configuration):
    """Plays a history. Returns the violation, or None, and the statistics."""
    world = World(rules, configuration)
    try:
        for name, pause, *arguments in operations:
            world.now += pause
            OPERATIONS[name](world, *arguments)
        _end(world)
    except Violation as violation:
        return violation, world.statistics
    return None, world.statistics


# The end of a history.

def _end(world):
    """Users and sessions come to their end, every clone synchronises twice, and the guarantees are checked."""
    _finish(world)
    world.now += 50
    for _ in range(2):
        for clone in list(world.clones):
            world.now += 3
            if not clone.refused:
                result = synchronize(clone, 20)
                if result not in ('done', 'refused'):
                    raise Violation('STUCK', f'{clone.name} {result}')
    # G3 promises two rounds where nothing was pending.
    were_pending = world.statistics.get('refused by the clone') or world.statistics.get('refused by central')
    if _difference(world) and were_pending and not world.configuration.strict:
        rounds = 2
        while rounds < 6 and _difference(world):
            for clone in world.clones:
                world.now += 3
                if not clone.refused:
                    synchronize(clone, 20)
            rounds += 1
        world.count(f'equal after {rounds} rounds')
    difference = _difference(world)
    if difference:
        raise Violation('DIVERGE', difference)
    _check_nothing_lost(world)


def _finish(world):
    for database in world.databases():
        for number, transaction in enumerate(database.open):
            if transaction:
                transaction.commit()
                database.open[number] = None
    for clone, process in list(world.zombies):
        for _ in range(6):
            if any(each[1] is process for each in world.zombies):
                _wake(world, clone, process)
    for clone in world.clones:
        _finish_processes(clone)


def _finish_processes(clone):
    """Both synchronisations of a clone, the one that is further first."""
    for _ in range(16):
        if clone.process is None and clone.second_process is None:
            break
        if clone.process is None or clone.process.phase == 'read' and clone.second_process:
            clone.process, clone.second_process = clone.second_process, clone.process
        step(clone)
    crash(clone)
    clone.process, clone.second_process = clone.second_process, None
    crash(clone)


def _difference(world):
    """What a clone has otherwise than central, held rows excepted (G3)."""
    central = world.central
    for clone in world.clones:
        if clone.refused:
            continue
        held = clone.held.keys() | central.entries[clone.identity].held.keys()
        for uid in sorted((set(central.rows) | set(clone.rows)) - held):
            ours, theirs = (
                row and {field: row[field][0] for field in FIELDS} for row in (central.read(uid), clone.read(uid))
            )
            if ours != theirs:
                return f'{uid}: central {ours}, {clone.name} {theirs}'
    return None


def _check_nothing_lost(world):
    """Every edit of a user stands, or is accounted for, or is in the log of a row that is held (G1)."""
    central = world.central
    known = {edit for edits in central.seen.values() for edit in edits}
    held = {uid for entry in central.entries.values() for uid in entry.held}
    held.update(uid for clone in world.clones if not clone.refused for uid in clone.held)
    accounted = world.superseded | world.conflicts | world.merged | world.exempt
    for number in sorted(world.committed - accounted):
        edit = world.edits[number]
        database = world.database(edit.database)
        refused = isinstance(database, Clone) and database.refused and number not in known
        if refused or edit.uid in held:
            arrived = database is None or database is central or number in known
            if not arrived and not _is_logged(database, number):
                raise Violation('LOST', f'edit {number} ({edit.uid}.{edit.field} on {edit.database}) is in no log')
            continue
        row = central.read(edit.uid)
        if row is not None and row[edit.field][1] == number:
            continue
        if edit.field == EXISTENCE and row is None and number in central.seen.get((edit.uid, EXISTENCE), ()):
            continue
        raise Violation('LOST', f'edit {number} ({edit.uid}.{edit.field} on {edit.database}, t={edit.time}) is nowhere')


def _is_logged(database, edit):
    return any(
        edit == event.edit or any(edit == value.edit for value in event.fields.values()) for event in database.log
    )


# Random histories.

UIDS = ['a', 'b', 'c', 'P']  # the rows that are there at first
NEW_UIDS = ['e', 'f']


class Generator:
    """Draws the operations of a history. Changing the order in which it draws makes other histories of all seeds."""

    def __init__(self, seed, configuration):
        self.random = random.Random(seed)
        self.configuration = configuration
        self.clones = list(configuration.clones)
        self.uids = UIDS + (['S'] if configuration.counting else [])

    def history(self):
        operations = []
        for _ in range(self.random.randint(4, self.configuration.length)):
            pause = 0 if self.configuration.ties else self.random.choice([0, 1, 1, 2, 3, 5])
            operation = self._operation()
            if operation:
                operations.append((operation[0], pause) + operation[1:])
        copied = [number for number, operation in enumerate(operations, 1) if operation[0] == 'copy']
        if copied:
            self._use_copy(operations, copied[0])
        return operations

    def _operation(self):
        draw = self.random
        chance = draw.random()
        if self.configuration.lossy and .54 < chance < .75:
            chance = .87
        name = draw.choice(['C'] + self.clones)
        transaction = draw.choice([None, None, None, 0, 1])
        if chance < .46:
            return self._edit(chance, name, transaction)
        if chance < .54:
            return draw.choice(['commit', 'commit', 'commit', 'abort']), name, draw.choice([0, 1])
        if chance < .70:
            return 'synchronise', draw.choice(self.clones)
        if chance < .84:
            return 'one_step', draw.choice(self.clones)
        if chance < .90:
            return 'lose_reply', draw.choice(self.clones)
        return self._rare(chance)

    def _edit(self, chance, name, transaction):
        draw = self.random
        if chance < .33:
            number = draw.choice([1, 1, 2])
            fields = draw.sample(list(self.configuration.fields), number)
            uid = draw.choice(self.uids + NEW_UIDS)
            return 'update', name, transaction, uid, {
                field: self._value(field) if self._may_set(field, uid) else None for field in fields
            }
        if chance < .40:
            uid = draw.choice(self.uids + NEW_UIDS * 3)
            return 'insert', name, transaction, uid, {
                field: self._value(field) for field in FIELDS if draw.random() < .5 and self._may_set(field, uid)
            }
        return 'delete', name, transaction, draw.choice(self.uids + NEW_UIDS)

    @staticmethod
    def _may_set(field, uid):
        return field != 'p' or uid in 'abcf'  # or there would be circles

    def _value(self, field):
        if field == 'u':
            return self.random.choice([None, 5, 6, 7, 8, 9])
        if field == 'p':
            return self.random.choice([None, 'P', 'P', 'e'])
        return self.random.randint(0, self.configuration.values)

    def _rare(self, chance):
        """What happens in some configurations alone."""
        draw = self.random
        chosen = self.configuration
        first = self.clones[0]
        if chance < .90 + chosen.two:
            return 'swap', draw.choice(self.clones)
        if chance < .90 + chosen.zombie:
            operation = draw.choice(['leave_session', 'leave_session', 'wake_sessions'])
            clone = draw.choice(self.clones)
            return (operation, clone) if operation == 'leave_session' else (operation,)
        if chance < .92:
            return 'cut', draw.choice(self.clones)
        if chance < .95 and chosen.clocks:
            name = draw.choice(['C'] + self.clones if chosen.central_clock else self.clones)
            return 'set_clock', name, draw.choice([0, 1, -2, 30, -30, 7])
        if chance < .97 and chosen.purge:
            return ('purge',)
        if chance < .985 and chosen.restore:
            return (draw.choice(['back_up_central', chosen.restore + '_central']),)
        if chance < .985 and chosen.moves == 'dump':
            number = draw.choice([3, 10, 30])
            return draw.choice([('move', first), ('burn', first, number), ('burn', first, 30)])
        if chance < .985 and chosen.moves == 'deploy':
            return 'deploy', first, draw.random() < .6
        if chance < .985 and chosen.copies:
            return 'copy', first, COPY
        if chosen.copies:
            return draw.choice(['back_up', 'restore']), first
        return None

    def _use_copy(self, operations, made):
        """A copy is used like a clone."""
        draw = self.random
        for _ in range(draw.randint(1, 5)):
            position = draw.randint(made, len(operations))
            if draw.random() < .5:
                uid = draw.choice(self.uids)
                field = draw.choice('xyz')
                operation = ('update', 1, COPY, None, uid, {field: draw.randint(0, 40)})
            else:
                operation = (draw.choice(['synchronise', 'synchronise', 'lose_reply', 'one_step']), 1, COPY)
            operations.insert(position, operation)


def shorten(operations, rules, configuration, code):
    """The shortest history, as far as leaving operations out finds it, that still breaks the same guarantee."""
    def breaks(history):
        violation, _ = play(history, rules, configuration)
        return violation is not None and violation.code == code

    changed = True
    while changed:
        changed = False
        number = len(operations) // 2
        while number >= 1:
            start = 0
            while start < len(operations):
                shorter = operations[:start] + operations[start + number:]
                if breaks(shorter):
                    operations = shorter
                    changed = True
                else:
                    start += number
            number //= 2
        for position, operation in enumerate(operations):
            for simpler in _simpler(operation):
                shorter = operations[:position] + [simpler] + operations[position + 1:]
                if breaks(shorter):
                    operations = shorter
                    changed = True
                    break
    return operations


def _simpler(operation):
    """Operations to try in the place of one."""
    name = operation[0]
    if name in ('update', 'insert'):
        values = operation[5]
        if len(values) > (1 if name == 'update' else 0):
            for left_out in values:
                yield operation[:5] + ({field: value for field, value in values.items() if field != left_out},)
    if name in ('update', 'insert', 'delete') and operation[3] is not None:
        yield operation[:3] + (None,) + operation[4:]
    if name in ('lose_reply', 'one_step'):
        yield ('synchronise',) + operation[1:]
