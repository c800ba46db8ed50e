"""Databases, their transactions and their users, as far as the protocol looks at them.

A transaction has an id, taken at its first write, locks rows, and is seen by others once it has committed. Every write
adds an event to the log. Beside that, each value carries the number of the edit that made it, and each database knows
for each cell which edits its users may have known: that is for the checks alone, and the protocol looks at nothing but
values, times, origins, transaction ids and snapshots.
"""
import copy

FIELDS = ['x', 'y', 'z', 'u', 'p']  # u is unique, p references another row, the rest are free
EXISTENCE = '_'  # the cell of a row that tells that it is there
CELLS = FIELDS + [EXISTENCE]


class Violation(Exception):
    """A guarantee is broken."""

    def __init__(self, code, message=''):
        self.code = code
        self.message = message
        super().__init__(code + ' ' + message)


class Blocked(Exception):
    """Another transaction holds the row."""


class SerializationFailure(Exception):
    """A row to be written was changed since the snapshot."""


class Refused(Exception):
    """A constraint does not let the row be written."""


class Snapshot:
    """Which transactions are seen: those before xmin, and those before xmax that were not in progress."""

    __slots__ = ('xmin', 'xmax', 'in_progress')

    def __init__(self, xmin, xmax, in_progress):
        self.xmin = xmin
        self.xmax = xmax
        self.in_progress = frozenset(in_progress)

    def sees(self, xid):
        return xid < self.xmin or (xid < self.xmax and xid not in self.in_progress)

    def contains(self, earlier):
        """Whether everything that the earlier snapshot sees is seen."""
        if earlier.xmax > self.xmax and any(earlier.sees(xid) for xid in range(self.xmax, earlier.xmax)):
            return False
        return not any(earlier.sees(xid) for xid in self.in_progress)

    def including(self, xid):
        """The snapshot with one transaction more."""
        if xid < self.xmax:
            return Snapshot(self.xmin, self.xmax, self.in_progress - {xid})
        return Snapshot(self.xmin, xid + 1, set(self.in_progress) | set(range(self.xmax, xid)))


class Value:
    """What an event says of a field."""

    __slots__ = ('value', 'edit', 'time', 'origin', 'cause')

    def __init__(self, value, edit, time, origin, cause=None):
        self.value = value
        self.edit = edit
        self.time = time
        self.origin = origin
        self.cause = cause  # the clone whose edit made a trigger of central write it


class Event:
    """An entry of the log: I, U or D."""

    __slots__ = ('id', 'xid', 'uid', 'action', 'fields', 'origin', 'time', 'edit')

    def __init__(self, number, xid, uid, action, fields, origin, time, edit):
        self.id = number
        self.xid = xid
        self.uid = uid
        self.action = action
        self.fields = fields  # name to Value
        self.origin = origin
        self.time = time
        self.edit = edit  # of the existence, for I and D


class Edit:
    """What the checks know of an edit of a cell."""

    __slots__ = ('database', 'uid', 'field', 'clock', 'time', 'known', 'cause', 'by_user')

    def __init__(self, database, uid, field, known, cause, by_user, time):
        self.database = database.name
        self.uid = uid
        self.field = field
        self.clock = database.clock()  # what the database's clock said
        self.time = self.clock if time is None else time  # when it was, as far as clocks are corrected
        self.known = frozenset(known)  # the edits of the cell that its author may have seen
        self.cause = cause  # the edit because of which a trigger made it
        self.by_user = by_user


class Transaction:
    """What a transaction has written, seen by itself alone until it commits."""

    def __init__(self, database, snapshot=None):
        self.database = database
        self.snapshot = snapshot  # of a repeatable-read transaction; None for read committed
        self.xid = None
        self.rows = {}
        self.events = []
        self.seen = []
        self.written = []
        self.superseded = []
        self.conflicts = []
        self.merged = []
        self.edits = []
        self.locks = set()
        self.shares = set()

    def need_xid(self):
        if self.xid is None:
            self.xid = self.database.next_xid
            self.database.next_xid += 1
            self.database.active[self.xid] = self
        return self.xid

    def _lists(self):
        return (self.events, self.seen, self.superseded, self.conflicts, self.merged, self.written, self.edits)

    def savepoint(self):
        return dict(self.rows), [len(each) for each in self._lists()]

    def rollback_to(self, savepoint):
        """Undoes what was done since; locks stay, as in PostgreSQL until the end."""
        self.rows, lengths = savepoint
        for each, length in zip(self._lists(), lengths):
            del each[length:]

    def row(self, uid):
        if uid in self.rows:
            return self.rows[uid]
        return self.database.read(uid, self.snapshot)

    def lock(self, uid):
        """Locks a row to write it."""
        database = self.database
        holder = database.locks.get(uid)
        if holder is not None and holder is not self:
            raise Blocked(uid)
        if any(other is not self for other in database.shares.get(uid, ())):
            raise Blocked(uid)
        if self.snapshot is not None:
            versions = database.rows.get(uid)
            if versions and not self.snapshot.sees(versions[-1][0]) and versions[-1][0] != self.xid:
                raise SerializationFailure()
        database.locks[uid] = self
        self.locks.add(uid)
        self.need_xid()

    def share(self, uid):
        """Keeps others from writing a row, as a foreign key does."""
        holder = self.database.locks.get(uid)
        if holder is not None and holder is not self:
            raise Blocked(uid)
        self.database.shares.setdefault(uid, set()).add(self)
        self.shares.add(uid)

    def set_cell(self, row, uid, field, value, edit):
        row[field] = (value, edit)
        self.seen.append(((uid, field), edit))
        self.written.append(((uid, field), edit))

    def log(self, uid, action, fields, origin, time, edit=None):
        database = self.database
        self.events.append(Event(database.next_event, self.need_xid(), uid, action, fields, origin, time, edit))
        database.next_event += 1

    def release(self):
        for uid in self.locks:
            if self.database.locks.get(uid) is self:
                del self.database.locks[uid]
        for uid in self.shares:
            self.database.shares.get(uid, set()).discard(self)
        self.locks = set()
        self.shares = set()

    def _end(self):
        if self.xid is not None:
            self.database.active.pop(self.xid, None)
            self.database.last_ended = max(self.database.last_ended, self.xid)
        self.release()

    def commit(self):
        database = self.database
        world = database.world
        if self.xid is not None:
            for uid, row in self.rows.items():
                database.rows.setdefault(uid, []).append((self.xid, row))
            database.log.extend(self.events)
            for cell, edit in self.seen:
                database.seen.setdefault(cell, {}).setdefault(edit, self.xid)
            for cell, edit in self.written:
                database.written.setdefault(cell, set()).add(edit)
        world.superseded.update(self.superseded)
        world.merged.update(self.merged)
        world.committed.update(self.edits)
        world.conflicts.update(self.conflicts)
        self._end()

    def abort(self):
        self._end()


class Database:
    """Rows in versions, the log, and the transactions under way."""

    def __init__(self, world, name, identity):
        self.world = world
        self.name = name
        self.identity = identity  # a copy of a clone has that of the clone
        self.rows = {}  # uid to versions: id of the transaction, and cells (value, edit) or None
        self.next_xid = 10
        self.last_ended = 9
        self.active = {}
        self.locks = {}
        self.shares = {}
        self.log = []
        self.next_event = 1
        self.seen = {}  # cell to edits that are known here, each with the transaction that brought it
        self.written = {}  # cell to edits that were ever written here
        self.clock_offset = 0
        self.open = [None, None]  # two users' transactions

    def snapshot(self):
        xmax = self.last_ended + 1
        return Snapshot(min([*self.active, xmax]), xmax, [xid for xid in self.active if xid < xmax])

    def read(self, uid, snapshot=None):
        """A row as a snapshot sees it, or as it is now."""
        versions = self.rows.get(uid)
        if not versions:
            return None
        if snapshot is None:
            return versions[-1][1]
        for xid, row in reversed(versions):
            if snapshot.sees(xid):
                return row
        return None

    def clock(self):
        return self.world.now + self.clock_offset

    def known(self, transaction, cell):
        known = set(self.seen.get(cell, ()))
        known.update(edit for of, edit in transaction.seen if of == cell)
        return known

    def abort_users(self):
        for number, transaction in enumerate(self.open):
            if transaction:
                transaction.abort()
            self.open[number] = None


class Entry:
    """What central keeps of a clone: lizsync.clones, and the rows of lizsync.pending_changes."""

    def __init__(self, received, presented, token):
        self.received = received  # the clone's snapshot up to which its events have been received
        self.held = {}  # for each held row, the older snapshot
        self.accepted_token = token
        self.offered_token = token
        self.digest = frozenset()
        self.presented = presented  # the cursor that the clone has presented,
        self.presented_held = {}  # those of its held rows,
        self.offered = presented  # and the one that it was offered since
        self.lock = None  # the transaction that has opened an exchange

    def copy(self):
        """The entry as another transaction finds it, or a backup has it."""
        entry = copy.copy(self)
        entry.lock = None
        return entry


class Central(Database):
    """The one central database."""

    def __init__(self, world):
        super().__init__(world, 'C', 'C')
        self.cluster = 1  # its system identifier
        self.entries = {}


class Clone(Database):
    """A clone: what it keeps in lizsync.central and lizsync.pending_changes, and its synchronisation under way."""

    def __init__(self, world, name, identity):
        super().__init__(world, name, identity)
        self.cursor = None  # central's snapshot up to which its events have been received
        self.held = {}  # for each held row, the older snapshot
        self.token = 0
        self.central_cluster = 1
        self.process = None
        self.second_process = None
        self.refused = False  # why, for good
        self.backup = None
        self.backup_edits = None  # the edits of all databases when the backup was made


class World:
    """All databases, and what the checks know of all edits."""

    def __init__(self, rules, configuration):
        self.rules = rules
        self.configuration = configuration
        self.now = 100
        self.edits = {}
        self.next_edit = 1
        self.committed = set()  # by users
        # Edits that are accounted for: overwritten by somebody who had seen them, in conflicts, of the same value as
        # what stands, or given up by whoever restored or deployed a database.
        self.superseded = set()
        self.conflicts = set()
        self.merged = set()
        self.exempt = set()
        self.merged_into = {}
        self.last_token = 1
        self.zombies = []  # clones and processes whose session lives on
        self.of_zombie = False
        self.central_backup = None
        self.statistics = {}
        self.central = Central(self)
        self.clones = [Clone(self, name, name) for name in configuration.clones]
        self._fill()

    def _fill(self):
        rows = {'a': (2, 2, 2, None, None), 'b': (2, 2, 2, 8, None), 'P': (0, 0, 0, None, None), 'c': (2, 2, 2, 9, 'P')}
        if self.configuration.counting:
            rows['S'] = (0, 0, 0, None, None)
        for database in self.databases():
            for uid, values in rows.items():
                row = {field: (value, 0) for field, value in zip(FIELDS, values)}
                row[EXISTENCE] = (1, 0)
                database.rows[uid] = [(5, row)]
                for field in CELLS:
                    database.seen[uid, field] = {0: 5}
                    database.written[uid, field] = {0}
        for clone in self.clones:
            clone.token = self.new_token()
            clone.cursor = self.central.snapshot()
            self.central.entries[clone.identity] = Entry(clone.snapshot(), clone.cursor, clone.token)

    def databases(self):
        return [self.central] + self.clones

    def database(self, name):
        """The database of that name, or None."""
        return next((database for database in self.databases() if database.name == name), None)

    def new_token(self):
        self.last_token += 1
        return self.last_token

    def edit(self, database, uid, field, known, cause=None, by_user=True, time=None):
        """A new edit; its number."""
        number = self.next_edit
        self.next_edit += 1
        self.edits[number] = Edit(database, uid, field, known, cause, by_user, time)
        return number

    def count(self, what, number=1):
        self.statistics[what] = self.statistics.get(what, 0) + number


# Constraints.

def check(transaction, uid, row):
    """Refuses a row that breaks a constraint, and waits for whoever may be about to make it do so."""
    database = transaction.database
    if row is None:
        return
    if row['u'][0] is not None:
        others = set(database.rows) | set(transaction.rows)
        for active in database.active.values():
            others |= set(active.rows)
        for other in sorted(others - {uid}):
            _check_unique(transaction, other, row['u'][0])
    parent = row['p'][0]
    if parent is not None:
        if parent == uid:
            raise Refused('foreign key')
        holder = database.locks.get(parent)
        if holder is not None and holder is not transaction:
            raise Blocked(parent)
        if now(transaction, parent) is None:
            raise Refused('foreign key')
        transaction.share(parent)
    if database.world.configuration.check and all(
        row[field][0] is not None and row[field][0] % 7 == 4 for field in 'xy'
    ):
        raise Refused('check')


def _check_unique(transaction, other, value):
    database = transaction.database
    row = now(transaction, other)
    holder = database.locks.get(other)
    if holder is not None and holder is not transaction:
        written = holder.rows.get(other)
        if written and written['u'][0] == value or row and row['u'][0] == value:
            raise Blocked(other)
    elif row and row['u'][0] == value:
        raise Refused('unique')


def now(transaction, uid):
    """A row as constraints see it: as it is now, whatever the snapshot."""
    return transaction.rows[uid] if uid in transaction.rows else transaction.database.read(uid)


def children(transaction, uid):
    """The rows that reference a row."""
    database = transaction.database
    found = []
    for other in set(database.rows) | set(transaction.rows):
        row = now(transaction, other)
        holder = database.locks.get(other)
        if holder is not None and holder is not transaction:
            written = holder.rows.get(other)
            if (row and row['p'][0] == uid) or (written and written['p'][0] == uid):
                raise Blocked(other)
        elif row and row['p'][0] == uid:
            found.append(other)
    return sorted(found)


# Central's user triggers.

SKIP = 'skip'


def fire_triggers(database, action, old, new):
    """The fields that triggers alter in the row that is written, or SKIP when they do not let it be."""
    if not isinstance(database, Central) or not database.world.configuration.triggers:
        return {}
    if action == 'D':
        return SKIP if old['x'][0] == 9 else {}

    if action == 'I' and database.world.configuration.swallowing and (new['x'][0] or 0) % 4 == 2:
        return SKIP

    def changed(field):
        return old is None or old[field][0] != new[field][0]

    altered = {}
    x = new['x'][0]
    y = new['y'][0]
    if changed('x') and x is not None and x % 5 == 1:
        altered['x'] = x + 2
    if changed('x') and x is not None and x % 5 == 3:
        altered['z'] = x + 50
    if changed('y') and y is not None and y % 5 == 1:
        altered['y'] = old['y'][0] if old else None
    return altered


def count_insert(transaction):
    """A trigger that counts inserts in another audited row."""
    database = transaction.database
    world = database.world
    if not isinstance(database, Central) or not world.configuration.counting or transaction.row('S') is None:
        return
    transaction.lock('S')
    row = dict(transaction.row('S'))
    value, before = row['z']
    value = (value or 0) + 1
    edit = world.edit(database, 'S', 'z', database.known(transaction, ('S', 'z')), by_user=False)
    transaction.superseded.append(before)
    transaction.set_cell(row, 'S', 'z', value, edit)
    transaction.rows['S'] = row
    fields = {'z': Value(value, edit, database.clock(), 'C')}
    transaction.log('S', 'U', fields, 'C', database.clock())


# What users do.

def _user_sets(transaction, uid, row, fields, values, by_user):
    """Sets cells of a row, as a user has asked for or a trigger does because of it."""
    database = transaction.database
    for field, value in values.items():
        edit = database.world.edit(database, uid, field, database.known(transaction, (uid, field)), by_user=by_user)
        if by_user:
            transaction.edits.append(edit)
        if field in row:
            transaction.superseded.append(row[field][1])
        transaction.set_cell(row, uid, field, value, edit)
        fields[field] = Value(value, edit, database.clock(), database.identity)


def user_updates(transaction, uid, values):
    row = transaction.row(uid)
    if row is None or all(row[field][0] == value for field, value in values.items()):
        return
    transaction.lock(uid)
    row = transaction.row(uid)
    values = {field: value for field, value in values.items() if row is not None and row[field][0] != value}
    if not values:
        return
    database = transaction.database
    new = dict(row)
    fields = {}
    _user_sets(transaction, uid, new, fields, values, by_user=True)
    _user_sets(transaction, uid, new, fields, fire_triggers(database, 'U', row, new), by_user=False)
    check(transaction, uid, new)
    transaction.rows[uid] = new
    transaction.log(uid, 'U', fields, database.identity, database.clock())


def user_inserts(transaction, uid, values):
    if transaction.row(uid) is not None:
        return
    transaction.lock(uid)
    if transaction.row(uid) is not None:
        return
    database = transaction.database
    known = database.known(transaction, (uid, EXISTENCE))
    transaction.superseded.extend(known)
    insert = database.world.edit(database, uid, EXISTENCE, known)
    transaction.edits.append(insert)
    new = {}
    transaction.set_cell(new, uid, EXISTENCE, 1, insert)
    fields = {}
    _user_sets(transaction, uid, new, fields, {field: values.get(field) for field in FIELDS}, by_user=True)
    altered = fire_triggers(database, 'I', None, new)
    if altered == SKIP:
        raise Refused('trigger')
    _user_sets(transaction, uid, new, fields, altered, by_user=False)
    check(transaction, uid, new)
    transaction.rows[uid] = new
    transaction.log(uid, 'I', fields, database.identity, database.clock(), insert)
    count_insert(transaction)


def user_deletes(transaction, uid):
    if transaction.row(uid) is None:
        return
    transaction.lock(uid)
    row = transaction.row(uid)
    database = transaction.database
    if row is None or fire_triggers(database, 'D', row, None) == SKIP:
        return
    for child in children(transaction, uid):
        foreign_key = database.world.configuration.foreign_key
        if foreign_key == 'restrict':
            raise Refused('foreign key')
        if foreign_key == 'cascade':
            user_deletes(transaction, child)
        else:
            user_updates(transaction, child, {'p': None})
        if child in transaction.rows and transaction.rows[child] and transaction.rows[child]['p'][0] == uid:
            raise Refused('foreign key')
    known = set().union(*(database.known(transaction, (uid, field)) for field in CELLS))
    delete = database.world.edit(database, uid, EXISTENCE, known)
    transaction.edits.append(delete)
    transaction.superseded.extend(database.known(transaction, (uid, EXISTENCE)))
    transaction.superseded.extend(row[field][1] for field in CELLS)
    transaction.seen.append(((uid, EXISTENCE), delete))
    transaction.written.append(((uid, EXISTENCE), delete))
    transaction.rows[uid] = None
    transaction.log(uid, 'D', {}, database.identity, database.clock(), delete)
