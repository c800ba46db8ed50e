package archive

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock marks an open file as in use until it is closed, also by the end of the program. It returns errInUse when
// another has done so; some network filesystems know no locks.
func lock(file *os.File) error {
	// A byte beyond every end: others could not read one that is locked.
	region := windows.Overlapped{OffsetHigh: 1 << 30}
	err := windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &region)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errInUse
	}
	return err
}
