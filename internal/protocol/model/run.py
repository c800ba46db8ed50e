"""Plays random histories through the model of the protocol, and checks the guarantees at the end of each.

    python3 run.py all 2000                         histories of a configuration
    python3 run.py all 2000 pending=cursor_eats     the same with a departure from a rule
    python3 run.py all 1 --first 37                 one of them again
    python3 run.py --list                           configurations and switches

A history that goes wrong is shortened and printed, and the exit status is 3.
"""
import argparse
import sys

from history import Generator, play, shorten
from settings import CONFIGURATIONS, SWITCHES, rules

WRONG = 3  # the exit status; Python itself takes 1, and wrong arguments 2


def main(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('configuration', nargs='?', choices=CONFIGURATIONS)
    parser.add_argument('number', nargs='?', type=int, default=1000, help='how many histories')
    parser.add_argument('departures', nargs='*', metavar='switch=value', help='departures from the rules')
    parser.add_argument('--first', type=int, default=0, metavar='N', help='number of the first history')
    parser.add_argument('--seed', default='0', help='chooses other histories')
    parser.add_argument('--list', action='store_true', help='list configurations and switches')
    options = parser.parse_intermixed_args(arguments)
    if options.list or not options.configuration:
        print(listing())
        return 0
    departures = dict(departure.split('=', 1) for departure in options.departures)
    numbers = range(options.first, options.first + options.number)
    return search(options.configuration, options.seed, numbers, rules(**{
        name: {'True': True, 'False': False}.get(value, value) for name, value in departures.items()
    }))


def search(name, seed, numbers, kept):
    """Plays histories until one goes wrong; returns the exit status."""
    configuration = CONFIGURATIONS[name]
    statistics = {}
    for number in numbers:
        operations = Generator(f'{seed}-{number}', configuration).history()
        violation, counts = play(operations, kept, configuration)
        for what, count in counts.items():
            statistics[what] = statistics.get(what, 0) + count
        if violation:
            operations = shorten(operations, kept, configuration, violation.code)
            violation, _ = play(operations, kept, configuration)
            print(f'{name}, seed {seed}, history {number}: {violation}')
            for operation in operations:
                print('   ', *operation)
            return WRONG
    print(f'{name}, seed {seed}, {len(numbers)} histories:', ', '.join(
        f'{count} {what}' for what, count in sorted(statistics.items())
    ))
    return 0


def listing():
    """All configurations, and each part of a rule with the departures from it."""
    lines = ['Configurations: ' + ' '.join(CONFIGURATIONS)]
    for name, switch in SWITCHES.items():
        lines.append(f'{name}={switch.kept} (rule {switch.rule}): {switch.meaning}')
        lines += [f'    {name}={value}: {meaning}' for value, meaning in switch.departures.items()]
    return '\n'.join(lines)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
