"""Net changes: what events come to, and how they are written, on both sides."""
from database import Blocked, Refused, SerializationFailure, Violation, check


class Existence:
    """Who made or deleted a row, and when."""

    __slots__ = ('origin', 'time', 'edit')

    def __init__(self, origin, time, edit):
        self.origin = origin
        self.time = time
        self.edit = edit


class NetChange:
    """The net effect of events on a row: R the whole row, U some fields, D a delete."""

    __slots__ = ('kind', 'fields', 'existence', 'began_with_insert')

    def __init__(self, kind='U', fields=None, existence=None):
        self.kind = kind
        self.fields = {} if fields is None else fields
        self.existence = existence
        self.began_with_insert = False


def reduce_events(world, events):
    """The net change of each row, in the order of the events (rule 7)."""
    net = {}
    by_event = world.rules.order == 'event'
    for event in sorted(events, key=lambda event: event.id if by_event else (event.time, event.id)):
        change = net.setdefault(event.uid, NetChange())
        if event.action == 'U':
            if change.kind != 'D':
                change.fields.update(event.fields)
            continue
        if event.action == 'I' and change.existence is None:
            change.began_with_insert = True
        change.kind = 'R' if event.action == 'I' else 'D'
        change.fields = dict(event.fields)
        change.existence = Existence(event.origin, event.time, event.edit)
    if not world.rules.id_nets_d:
        return {uid: change for uid, change in net.items() if not (change.kind == 'D' and change.began_with_insert)}
    return net


def foreign_part(world, change, identity, comparing):
    """A net change of central less what a clone wrote last (rule 8).

    To compare with (comparing), it is also less what triggers did because of the clone.
    """
    if change is None or not (world.rules.own_excluded if comparing else world.rules.drop_echo):
        return change

    def own(origin, cause=None):
        return origin == identity or (comparing and world.rules.cause_excluded and cause == identity)

    fields = {field: value for field, value in change.fields.items() if not own(value.origin, value.cause)}
    kind = change.kind
    if kind in 'DR' and own(change.existence.origin):
        if kind == 'D':
            return None
        kind = 'U'
    if kind == 'U' and not fields:
        return None
    return NetChange(kind, fields, change.existence)


def is_received(world, xid, snapshot):
    """Whether the events of a transaction were received with a snapshot (rule 1)."""
    return snapshot.sees(xid) if world.rules.snapshot_cursor else xid < snapshot.xmax


# Writing.

def write_all(transaction, changes, write):
    """Writes the changes in passes, deletes last, and then as a group (rule 12); returns the rows refused."""
    rules = transaction.database.world.rules
    todo = sorted(changes)
    if rules.del_last:
        todo.sort(key=lambda uid: changes[uid].kind == 'D')
    while todo:
        left = [uid for uid in todo if not is_written(transaction, uid, write)]
        progress = len(left) < len(todo)
        todo = left
        if not progress or not rules.rounds:
            break
    group = [uid for uid in todo if changes[uid].kind != 'D']
    written = write_as_group(transaction, group, write) if rules.park else set()
    if not written:
        check_refused(transaction, todo, group, write)
    return set(todo) - written


def is_written(transaction, uid, write):
    """Writes a change, if that can be done."""
    savepoint = transaction.savepoint()
    try:
        write(uid)
    except Refused:
        transaction.rollback_to(savepoint)
        return False
    return True


def write_as_group(transaction, group, write):
    """Writes rows that hold each other's unique values: these are set aside, then all are written (rule 12).

    A row that fails even so is taken out and the others are tried again. Returns the rows written.
    """
    group = [uid for uid in group if transaction.row(uid) is not None]
    while len(group) > 1:
        savepoint = transaction.savepoint()
        aside = {}
        for uid in group:
            transaction.lock(uid)
            row = transaction.row(uid)
            aside[uid] = row['u']
            transaction.rows[uid] = {**row, 'u': (None, row['u'][1])}
        failed = None
        for uid in group:
            try:
                write(uid)
                row = transaction.row(uid)
                value, edit = aside[uid]
                if row is not None and row['u'] == (None, edit) and value is not None:
                    # It was not written: it gets its value back.
                    row = {**row, 'u': aside[uid]}
                    check(transaction, uid, row)
                    transaction.rows[uid] = row
            except Refused:
                failed = uid
                break
        if failed is None:
            transaction.database.world.count('written as a group')
            return set(group)
        transaction.rollback_to(savepoint)
        group.remove(failed)
    return set()


def check_refused(transaction, refused, group, write):
    """Refused rows cannot be written as things stand now: neither alone nor as a group."""
    world = transaction.database.world
    savepoint = transaction.savepoint()
    merged = {edit: list(others) for edit, others in world.merged_into.items()}
    try:
        written = [uid for uid in refused if is_written(transaction, uid, write)]
        written += write_as_group(transaction, group, write)
    except (Blocked, SerializationFailure, Violation):
        written = []
    transaction.rollback_to(savepoint)
    world.merged_into = merged
    if written:
        raise Violation('HELD', f'{written} could be written')
