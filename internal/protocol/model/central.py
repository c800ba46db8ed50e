"""Central's part of a synchronisation: it admits the clone, writes what that sent, and prepares the reply."""
from changes import Existence, foreign_part, is_received, reduce_events, write_all
from database import (
    CELLS, EXISTENCE, FIELDS, SKIP, Refused, SerializationFailure, Value, Violation, check, children, count_insert,
    fire_triggers,
)


class Reply:
    """What central says in the end."""

    def __init__(self, changes, refused, cursor, token, seen):
        self.changes = changes  # uid to NetChange
        self.refused = refused  # the rows of the clone that central could not take
        self.cursor = cursor
        self.token = token
        self.seen = seen  # for the checks


def refusal(central, handshake):
    """Why central refuses a clone (rules 4 and 5); None when it does not."""
    rules = central.world.rules
    entry = central.entries[handshake.identity]
    if rules.central_guard and handshake.central_cluster != central.cluster:
        return 'central was restored'
    if rules.token and handshake.token not in (entry.accepted_token, entry.offered_token):
        return 'another copy of this clone has synchronised'
    if rules.regress and not handshake.snapshot.contains(entry.received):
        return 'the clone went back in time'
    if rules.digest:
        expected = entry.digest
        if handshake.token == entry.offered_token:
            # The reply has arrived: the clone still has the events of rows that central refused, and no others.
            expected = frozenset(event for event in expected if event[2] in entry.held)
        if digest(handshake.events, entry.received) != expected:
            return 'these are not the changes that were received'
    return None


def digest(events, snapshot):
    return frozenset(
        (event.id, event.xid, event.uid, event.action, event.edit,
         tuple(sorted((field, value.edit) for field, value in event.fields.items())))
        for event in events if snapshot.sees(event.xid)
    )


class Exchange:
    """Central's part: what the clone sent is compared and written, and the reply is made from the log."""

    def __init__(self, handshake, transaction):
        self.handshake = handshake
        self.transaction = transaction
        self.central = transaction.database
        self.world = self.central.world
        self.rules = self.world.rules
        self.clone = handshake.identity
        self.entry = self.central.entries[self.clone]
        self.held = {} if self.rules.pending == 'cursor_eats' else self.entry.held
        self.changes = {}  # what the clone sent
        self.open = set()  # rows that are not written yet

    def run(self):
        """Everything; returns the reply, and the clone's new entry."""
        self._stage()
        self.open = set(self.changes)
        refused = write_all(self.transaction, self.changes, self._write)
        changes = self._reply(refused)
        return self._close(refused, changes)

    def _stage(self):
        """Reduces what the clone sent, less what was received before (rule 7)."""
        events = self.handshake.events
        # Or else the clone would have reduced before, and a net change have the id of its last transaction.
        carrier = {} if self.rules.skip_first else {event.uid: event.xid for event in events}
        events = [
            event for event in events
            if not is_received(self.world, carrier.get(event.uid, event.xid),
                               self.held.get(event.uid, self.entry.received))
        ]
        corrected = self.handshake.corrected
        for uid, change in reduce_events(self.world, events).items():
            last = max([value.time for value in change.fields.values()] or [0])
            change.fields = {
                field: Value(
                    value.value, value.edit, corrected(value.time if self.rules.field_time else last), self.clone
                )
                for field, value in change.fields.items()
            }
            if change.existence:
                change.existence = Existence(self.clone, corrected(change.existence.time), change.existence.edit)
            if not self.rules.keep_noop and change.kind == 'U':
                before = self.handshake.before.get(uid, {})
                change.fields = {
                    field: value for field, value in change.fields.items() if before.get(field) != value.value
                }
            self.changes[uid] = change
            edits = [value.edit for value in change.fields.values()]
            for number in edits + ([change.existence.edit] if change.existence else []):
                edit = self.world.edits[number]
                edit.time = corrected(edit.clock)

    def _unseen(self, uid=None):
        """Central's events, of this exchange too, that the clone has not received; of one row or of all (rule 2)."""
        def received(event):
            cursor = self.handshake.held.get(event.uid, self.handshake.cursor)
            return is_received(self.world, event.xid, cursor)

        return [
            event for event in self.central.log
            if uid in (None, event.uid) and self.transaction.snapshot.sees(event.xid) and not received(event)
        ] + [event for event in self.transaction.events if uid in (None, event.uid)]

    def _theirs(self, uid):
        """What central did to a row, to compare with (rule 8)."""
        change = reduce_events(self.world, self._unseen(uid)).get(uid)
        return foreign_part(self.world, change, self.clone, comparing=True)

    def _write(self, uid):
        """Compares a change with what central did to the row, and writes what won."""
        change = self.changes[uid]
        theirs = self._theirs(uid)
        transaction = self.transaction
        row = transaction.row(uid)
        for field, value in change.fields.items():
            transaction.seen.append(((uid, field), value.edit))
            transaction.seen.extend(((uid, field), known) for known in self.world.edits[value.edit].known)
        if change.existence:
            transaction.seen.append(((uid, EXISTENCE), change.existence.edit))

        gone = theirs is not None and theirs.kind == 'D'
        if change.kind == 'D':
            if row is None:
                transaction.merged.append(change.existence.edit)
            else:
                self._delete(uid, row, theirs)
        elif gone or (row is None and change.kind == 'U'):
            self._lose_to_delete(uid, change, theirs if gone else None)
        else:
            self._write_fields(uid, change, row, theirs)
        self.open.discard(uid)

    def _delete(self, uid, row, theirs):
        transaction = self.transaction
        change = self.changes[uid]
        transaction.lock(uid)
        if fire_triggers(self.central, 'D', row, None) == SKIP:
            # Central keeps the row: it has to come back to the sender (rule 9).
            if self.rules.log_reverted:
                self._log_whole(uid, row)
                transaction.superseded.append(change.existence.edit)
            return
        self._act_on_children(uid, uid)
        edit = self.world.edits[change.existence.edit]
        if theirs is not None:
            for field in CELLS:
                self._conflict(row[field][1])
        for field in CELLS:
            self._check_not_silent(edit, row[field][1], f'of {uid}.{field} deleted')
        transaction.superseded.extend(row[field][1] for field in CELLS)
        transaction.rows[uid] = None
        transaction.seen.extend(((uid, EXISTENCE), known) for known in edit.known)
        transaction.log(uid, 'D', {}, self.clone, change.existence.time, change.existence.edit)

    def _log_whole(self, uid, row):
        """Logs a row as it is, as central's."""
        transaction = self.transaction
        new = {}
        fields = {}
        for field in CELLS:
            edit = self._own_edit(uid, field, time=0)
            transaction.superseded.append(row[field][1])
            transaction.set_cell(new, uid, field, row[field][0], edit)
            if field != EXISTENCE:
                fields[field] = Value(row[field][0], edit, 0, 'C')
        transaction.rows[uid] = new
        transaction.log(uid, 'I', fields, 'C', self.central.clock(), new[EXISTENCE][1])

    def _lose_to_delete(self, uid, change, theirs):
        """Edits of a row that central has deleted, or that is not there for another reason."""
        transaction = self.transaction
        if theirs is None and self.rules.missing == 'ignore':
            return
        for value in change.fields.values():
            self._conflict(value.edit)
            if theirs is not None:
                delete = theirs.existence.edit
                if delete in self.world.edits[value.edit].known:
                    raise Violation('CAUSAL', f'edit {value.edit} loses to delete {delete} its author had seen')
        if change.kind == 'R':
            self._conflict(change.existence.edit)
        if theirs is None and self.rules.missing_touch:
            transaction.lock(uid)
            delete = self._own_edit(uid, EXISTENCE)
            transaction.rows[uid] = None
            transaction.log(uid, 'D', {}, 'C', self.central.clock(), delete)

    def _write_fields(self, uid, change, row, theirs):
        """Field by field: the last edit wins, central at equal times."""
        transaction = self.transaction
        won, lost = self._decide(change, theirs)
        if row is not None and change.kind == 'R' and change.existence:
            transaction.merged.append(change.existence.edit)
        if not won:
            if not self.rules.strip_losers and lost:
                transaction.lock(uid)
                self._log_update(uid, lost)
            return
        unchanged = row is not None and all(row[field][0] == value.value for field, value in won.items())
        if unchanged and not self.rules.touch_locks:
            self._log_update(uid, won)
            transaction.merged.extend(value.edit for value in won.values())
            return
        self._lock_to_write(uid, row)
        if row is None and fire_triggers(self.central, 'I', None, self._as_row(change)) == SKIP:
            self._lose_to_delete(uid, change, None)
            return

        new = dict(row) if row else {}
        if row is None:
            transaction.set_cell(new, uid, EXISTENCE, 1, change.existence.edit)
            won = {field: change.fields[field] for field in FIELDS}
        for field, value in won.items():
            if row is None:
                self._check_first_time(uid, field, value.edit, None)
            else:
                self._check_overwrite(uid, field, value.edit, row[field][1], row[field][0] == value.value)
            transaction.set_cell(new, uid, field, value.value, value.edit)
        logged = dict(won) if self.rules.strip_losers else {**won, **lost}
        altered = self._fire_triggers(uid, row, new, won, logged)
        check(transaction, uid, new)
        transaction.rows[uid] = new
        # What stands as it was sent is the clone's, what a trigger did is central's (rule 9).
        latest = max(value.time for value in won.values())
        if row is None:
            transaction.log(uid, 'I', logged, self.clone, latest, change.existence.edit)
        elif logged:
            transaction.log(uid, 'U', logged, self.clone, latest)
        if altered:
            transaction.log(uid, 'U', altered, self._origin_of_triggers(), self.central.clock())
        if row is None:
            count_insert(transaction)

    @staticmethod
    def _as_row(change):
        return {field: (value.value, value.edit) for field, value in change.fields.items()}

    def _decide(self, change, theirs):
        won = {}
        lost = {}
        for field, value in change.fields.items():
            other = theirs.fields.get(field) if theirs else None
            if other is None:
                won[field] = value
            elif other.value == value.value:
                if value.time > other.time and self.rules.equal_time:
                    won[field] = value
                else:
                    self.transaction.merged.append(value.edit)
                    self.world.merged_into.setdefault(other.edit, []).append(value.edit)
            elif value.time > other.time:
                won[field] = value
                self._conflict(other.edit)
                if other.edit in self.world.edits[value.edit].known:
                    raise Violation('SPURIOUS', f'{other.edit} loses to {value.edit}, whose author had seen it')
            else:
                lost[field] = value
                self._conflict(value.edit)
                self._check_loss(value.edit, other.edit)
        return won, lost

    def _lock_to_write(self, uid, row):
        current = self.central.read(uid)
        exists_unseen = row is None and current is not None
        try:
            self.transaction.lock(uid)
        except SerializationFailure:
            if exists_unseen:
                raise Refused('uid exists')  # for PostgreSQL, that is a unique violation
            raise
        if exists_unseen and uid not in self.transaction.rows:
            raise Refused('uid exists')

    def _fire_triggers(self, uid, row, new, won, logged):
        """What triggers make of a row: into new, out of logged. Returns what they altered."""
        transaction = self.transaction
        altered = {}
        latest = max(won.values(), key=lambda value: value.time)
        for field, value in fire_triggers(self.central, 'I' if row is None else 'U', row, new).items():
            source = won.get(field, latest)
            edit = self._own_edit(uid, field, cause=source.edit, time=source.time)
            transaction.superseded.append(new[field][1])
            transaction.set_cell(new, uid, field, value, edit)
            logged.pop(field, None)
            if row is not None and row[field][0] == value and not self.rules.log_reverted:
                continue  # as the audit's trigger sees it, nothing happened
            time = source.time if self.rules.altered_time == 'inherit' else self.central.clock()
            altered[field] = Value(value, edit, time, self._origin_of_triggers(), self.clone)
        return altered

    def _origin_of_triggers(self):
        return 'C' if self.rules.split_trigger else self.clone

    def _own_edit(self, uid, field, cause=None, time=None):
        known = self.central.known(self.transaction, (uid, field))
        return self.world.edit(self.central, uid, field, known, cause, by_user=False, time=time)

    def _log_update(self, uid, fields):
        self.transaction.log(uid, 'U', dict(fields), self.clone, max(value.time for value in fields.values()))

    def _conflict(self, edit):
        if edit != 0:
            self.transaction.conflicts.append(edit)

    def _act_on_children(self, deleted, uid):
        """The foreign key action of a delete that the clone sent, on the rows that reference a row (rule 10)."""
        transaction = self.transaction
        for child in children(transaction, uid):
            if self.world.configuration.foreign_key == 'restrict':
                raise Refused('foreign key')
            if self.rules.spare_cascade and child in self.open and self.changes[child].kind != 'D':
                raise Refused('foreign key: a child that is still to be written')
            transaction.lock(child)
            row = transaction.row(child)
            theirs = self._theirs(child)
            if child in self.open and (self.changes[child].kind == 'R' or 'p' in self.changes[child].fields):
                raise Violation('TAKEN', f'{child}, which the clone had moved away, goes with {uid}')
            if self.world.configuration.foreign_key == 'cascade':
                self._act_on_children(deleted, child)
                edit = self._own_edit(child, EXISTENCE)
                if self.rules.cascade_conflict and theirs is not None:
                    for field in CELLS:
                        self._conflict(row[field][1])
                for field in CELLS:
                    before = row[field][1]
                    if before not in self.world.superseded and before not in transaction.superseded:
                        self._check_taken(child, field, before, 'removed by cascade')
                transaction.superseded.extend(row[field][1] for field in CELLS)
                transaction.rows[child] = None
                transaction.seen.append(((child, EXISTENCE), edit))
                transaction.log(child, 'D', {}, self._origin_of_triggers(), self.central.clock(), edit)
            else:
                time = self.changes[deleted].existence.time
                edit = self._own_edit(child, 'p', time=time)
                before = row['p'][1]
                if self.rules.cascade_conflict and theirs is not None and 'p' in theirs.fields:
                    self._conflict(before)
                self._check_taken(child, 'p', before, 'set null by a foreign key')
                new = dict(row)
                transaction.superseded.append(before)
                transaction.set_cell(new, child, 'p', None, edit)
                transaction.rows[child] = new
                fields = {'p': Value(None, edit, time, self._origin_of_triggers())}
                transaction.log(child, 'U', fields, self._origin_of_triggers(), self.central.clock())

    def _reply(self, refused):
        """Everything that the clone has not seen, this exchange included, less what it wrote last (rules 8 and 9)."""
        changes = {}
        for uid, change in reduce_events(self.world, self._unseen()).items():
            if uid in refused and self.rules.pending != 'cursor_eats':
                continue
            change = foreign_part(self.world, change, self.clone, comparing=False)
            if change is not None:
                changes[uid] = change
        return changes

    def _close(self, refused, changes):
        """The reply, and the clone's entry as it is once this transaction has committed."""
        transaction = self.transaction
        handshake = self.handshake
        xid = transaction.need_xid()
        cursor = transaction.snapshot.including(xid) if self.rules.cursor_own else transaction.snapshot
        seen = {
            cell: {edit for edit, by in edits.items() if transaction.snapshot.sees(by) or by == xid}
            for cell, edits in self.central.seen.items()
        }
        for cell, edit in transaction.seen:
            seen.setdefault(cell, set()).add(edit)
        reply = Reply(changes, refused, cursor, self.world.new_token(), seen)

        entry = self.entry.copy()
        entry.received = handshake.snapshot
        entry.held = {uid: self.held.get(uid, self.entry.received) for uid in refused}
        entry.accepted_token = handshake.token
        entry.offered_token = reply.token
        entry.digest = digest(handshake.events, handshake.snapshot)
        entry.presented = handshake.cursor
        entry.presented_held = handshake.held
        entry.offered = cursor
        return reply, entry

    # Checks.

    def _check_loss(self, edit, winner):
        """An edit of the clone has lost."""
        lost, won = self.world.edits[edit], self.world.edits.get(winner)
        if winner == edit:
            return
        if winner in lost.known or winner == 0:
            raise Violation('CAUSAL', f'edit {edit} {lost.field} loses to {winner} which its author had seen')
        if won is None:
            return
        if won.cause is not None and won.cause in lost.known:
            raise Violation('CAUSAL_TRIG', f'edit {edit} loses to the trigger effect of its own earlier edit')
        if EXISTENCE not in (lost.field, won.field) and lost.time > won.time:
            raise Violation('LWW', f'later edit {edit} (t={lost.time}) loses to {winner} (t={won.time})')

    def _check_first_time(self, uid, field, edit, before):
        if edit == before or edit in self.central.written.get((uid, field), ()):
            raise Violation('ECHO', f'edit {edit} applied again on central {uid}.{field}')

    def _check_overwrite(self, uid, field, number, before, same):
        """An edit of the clone replaces what is on central."""
        self._check_first_time(uid, field, number, before)
        edit = self.world.edits[number]
        if before in edit.known or before == 0:
            return
        replaced = self.world.edits[before]
        cause = replaced.cause
        if cause is not None:
            of_sender = identity(self.world.edits[cause].database) == identity(edit.database)
            if of_sender or cause in edit.known or cause == number:
                return
        for merged in self.world.merged_into.get(before, ()):
            if merged not in edit.known and self.world.edits[merged].time > edit.time and not same:
                raise Violation(
                    'LWW_EQ', f'edit {number} (t={edit.time}) replaces {before} though the same value was set again at '
                    f't={self.world.edits[merged].time} by {merged}'
                )
        if same:
            self.transaction.merged.append(before)
            return
        if not edit.time > replaced.time:
            raise Violation(
                'LWW', f'older edit {number} (t={edit.time}) of {uid}.{field} replaces {before} (t={replaced.time})'
            )
        if not self._in_conflicts(before):
            raise Violation('SILENT', f'edit {before} of {uid}.{field} overwritten by {number}, no conflict')

    def _check_not_silent(self, delete, before, what):
        """A delete of the clone takes an edit."""
        if before in delete.known or before == 0:
            return
        edit = self.world.edits[before]
        if edit.cause is not None and edit.cause in delete.known:
            return
        if not self._in_conflicts(before) and edit.by_user:
            raise Violation('SILENT', f'edit {before} {what}, no conflict')

    def _check_taken(self, uid, field, before, what):
        """A foreign key action takes an edit."""
        if before == 0:
            return
        edit = self.world.edits[before]
        known = before in self.handshake.seen.get((uid, field), ())
        if edit.by_user and edit.database != self.handshake.sender and not self._in_conflicts(before) and not known:
            raise Violation('SILENT', f'edit {before} of {uid}.{field} {what}, no conflict')

    def _in_conflicts(self, edit):
        return edit in self.transaction.conflicts or edit in self.world.conflicts


def identity(name):
    """The identity of a database by its name: X is a copy of A."""
    return 'A' if name == 'X' else name
