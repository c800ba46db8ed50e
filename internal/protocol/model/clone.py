"""A synchronisation as the clone carries it on, step by step.

Reading (on the clone), opening the exchange and the exchange (on central), applying (on the clone): between any two of
them anything may happen.
"""
from central import Exchange, refusal
from changes import write_all
from database import EXISTENCE, FIELDS, Blocked, Refused, SerializationFailure, Transaction, Violation, check, children


class Handshake:
    """What a clone says of itself, with the events that it sends."""

    def __init__(self, clone):
        self.identity = clone.identity
        self.snapshot = clone.snapshot()
        self.cursor = clone.cursor
        self.held = dict(clone.held)
        self.token = clone.token
        self.clock_offset = clone.clock_offset
        self.central_cluster = clone.central_cluster
        self.events = [
            event for event in clone.log if event.origin == clone.identity and self.snapshot.sees(event.xid)
        ]
        # For the checks.
        self.sender = clone.name
        self.seen = {cell: set(edits) for cell, edits in clone.seen.items()}
        # For a departure from rule 7.
        self.before = {} if clone.world.rules.keep_noop else self._values_before(clone)

    def _values_before(self, clone):
        """The fields of each row before the first event of it."""
        before = {}
        for uid in {event.uid for event in self.events}:
            first = min(event.xid for event in self.events if event.uid == uid)
            for xid, row in clone.rows.get(uid, []):
                if xid < first and row:
                    before[uid] = {field: cell[0] for field, cell in row.items()}
        return before

    def corrected(self, clock):
        """A time of the clone's clock, corrected where that is off by more than two seconds."""
        return clock - self.clock_offset if abs(self.clock_offset) > 2 else clock


# Applying the reply.

class Application:
    """The clone's part: writes the reply and moves the cursor, in one transaction."""

    def __init__(self, clone, handshake, reply):
        self.clone = clone
        self.world = clone.world
        self.rules = clone.world.rules
        self.handshake = handshake
        self.reply = reply
        self.transaction = Transaction(clone)
        # What users have done since the events were read.
        self.late = [
            event for event in clone.log
            if event.origin == clone.identity and not handshake.snapshot.sees(event.xid)
        ]
        self.late_fields = {(event.uid, field): value for event in self.late for field, value in event.fields.items()}

    def run(self):
        """Returns done, or blocked when somebody holds a row."""
        self.transaction.need_xid()
        try:
            edited, refused = self._write_all()
        except Blocked:
            self.transaction.abort()
            return 'blocked'
        self._close(edited, refused)
        return 'done'

    def _write_all(self):
        """Returns the rows not written because they were edited meanwhile (rule 11), and those refused (rule 12)."""
        changes = self.reply.changes
        for uid in changes:
            self.transaction.lock(uid)
        edited = {event.uid for event in self.late} & set(changes) if self.rules.apply_race == 'hold' else set()
        if edited:
            self.world.count('held')
        todo = {uid: change for uid, change in changes.items() if uid not in edited}
        return edited, write_all(self.transaction, todo, self._write)

    def _close(self, edited, refused):
        """Moves the cursors, and forgets the events that central has confirmed (rules 2 and 11)."""
        clone = self.clone
        reply = self.reply
        held = refused | edited | reply.refused
        if refused:
            self.world.count('refused by the clone')
        if reply.refused:
            self.world.count('refused by central')
        if self.rules.pending == 'cursor_eats':
            clone.held = {}
        elif self.rules.pending == 'retry_blind':
            clone.held = {uid: reply.cursor for uid in held}
        else:
            remembered = held if self.rules.pending == 'rowcursor' else refused | edited
            clone.held = {uid: clone.held.get(uid, clone.cursor) for uid in remembered}
        clone.cursor = reply.cursor
        clone.token = reply.token
        confirmed = self.handshake.snapshot if self.rules.confirm == 'sent' else clone.snapshot()
        kept = set() if self.rules.pending == 'clone_forgets' else reply.refused
        clone.log = [
            event for event in clone.log
            if event.origin == clone.identity and (event.uid in kept or not confirmed.sees(event.xid))
        ]
        for cell, edits in reply.seen.items():
            if cell[0] not in held:
                self.transaction.seen.extend((cell, edit) for edit in edits)
        self.transaction.commit()

    def _write(self, uid):
        transaction = self.transaction
        change = self.reply.changes[uid]
        row = transaction.row(uid)
        if change.kind == 'D':
            self._delete(uid)
            return
        if row is None:
            if change.kind == 'U' or not change.fields.keys() >= set(FIELDS):
                raise Violation('INCOMPLETE', f'{self.clone.name} gets an update of {uid}, which it does not have')
            new = {EXISTENCE: (1, change.existence.edit)}
        else:
            new = dict(row)
        for field, value in change.fields.items():
            late = self.late_fields.get((uid, field)) if row is not None else None
            if late and (self.rules.apply_race == 'keep_local'
                         or self.rules.apply_race == 'resolve' and late.time > value.time):
                continue
            if value.edit in self.clone.written.get((uid, field), ()):
                raise Violation('ECHO', f'edit {value.edit} of {uid}.{field} comes again to {self.clone.name}')
            if row is not None:
                self._check_overwritten(uid, field, row[field][1])
            transaction.set_cell(new, uid, field, value.value, value.edit)
        check(transaction, uid, new)
        transaction.rows[uid] = new

    def _delete(self, uid):
        transaction = self.transaction
        row = transaction.row(uid)
        if row is None:
            return
        for child in children(transaction, uid):
            if self.rules.cascade_guard or self.world.configuration.foreign_key == 'restrict':
                raise Refused('foreign key')
            transaction.lock(child)
            if self.world.configuration.foreign_key == 'cascade':
                self._delete(child)
            else:
                transaction.rows[child] = {**transaction.row(child), 'p': (None, -1)}
        for field, (_, edit) in row.items():
            self._check_overwritten(uid, field, edit)
        transaction.rows[uid] = None

    def _check_overwritten(self, uid, field, number):
        """An edit is overwritten here: central has to know it."""
        if number <= 0 or number in self.world.conflicts or number in self.world.merged:
            return
        if number not in self.reply.seen.get((uid, field), ()) and self.world.edits[number].by_user:
            raise Violation(
                'OVERWRITE', f'edit {number} of {uid}.{field} on {self.clone.name} overwritten, central never got it'
            )


# Step by step.

class Process:
    """A synchronisation under way."""

    def __init__(self, clone):
        self.phase = 'read'
        self.handshake = Handshake(clone)
        self.transaction = None
        self.reply = None
        self.entry = None


def step(clone):
    """Does the next step of a clone's synchronisation, or begins one; returns what came of it."""
    if clone.refused:
        return 'refused'
    if clone.process is None:
        clone.process = Process(clone)
        return 'read'
    return {'read': _begin, 'begun': _exchange, 'exchanged': _apply}[clone.process.phase](clone, clone.process)


def _begin(clone, process):
    """Opens an exchange on central, if the clone may (rules 4 to 6)."""
    world = clone.world
    central = world.central
    entry = central.entries[clone.identity]
    if world.rules.entry_lock and entry.lock is not None:
        return 'blocked'
    why = refusal(central, process.handshake)
    if why:
        chosen = world.configuration
        if not (chosen.copies or chosen.restore or chosen.moves == 'dump' or world.of_zombie):
            raise Violation('LOCKOUT', f'{clone.name} refused: {why}')
        clone.refused = why
        clone.process = None
        world.count('refused: ' + why)
        return 'refused'
    process.transaction = entry.lock = Transaction(central, central.snapshot())
    process.transaction.need_xid()
    process.phase = 'begun'
    return 'begun'


def _exchange(clone, process):
    """Has central apply the changes and commit."""
    world = clone.world
    transaction = process.transaction
    savepoint = transaction.savepoint()
    try:
        process.reply, entry = Exchange(process.handshake, transaction).run()
    except Blocked:
        transaction.rollback_to(savepoint)
        transaction.release()
        return 'blocked'
    except SerializationFailure:
        cut_off(clone, process)
        process.phase = 'read'
        world.count('begun again')
        return 'retry'
    world.count('conflicts', len(set(transaction.conflicts)))
    world.count('exchanges')
    transaction.commit()
    if world.rules.cursor_with_data:
        world.central.entries[clone.identity] = entry
    else:
        world.central.entries[clone.identity].lock = None
        process.entry = entry
    process.phase = 'exchanged'
    return 'exchanged'


def _apply(clone, process):
    """Applies the reply on the clone."""
    result = Application(clone, process.handshake, process.reply).run()
    if result != 'blocked':
        clone.process = None
    if result == 'done' and process.entry:
        clone.world.central.entries[clone.identity] = process.entry
    return result


def cut_off(clone, process):
    """Central notices that a session has ended before the exchange has."""
    clone.world.central.entries[clone.identity].lock = None
    process.transaction.abort()


def crash(clone):
    """The clone's session ends, wherever it is."""
    process = clone.process
    if process and process.phase == 'exchanged':
        clone.world.count('replies lost')
    if process and process.phase == 'begun':
        clone.world.count('cut during an exchange')
        cut_off(clone, process)
    clone.process = None


def synchronize(clone, most=12):
    """Steps until the clone is done, refused or blocked; or as often as is allowed."""
    for _ in range(most):
        result = step(clone)
        if result in ('blocked', 'refused', 'done'):
            break
    return result
