//! Work that two commands must not do at the same time.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use anyhow::{Context, Result};

/// Waits until no other command holds `lock`, and holds it until the answer
/// is dropped.
///
/// The file is made if need be and stays; the operating system releases the
/// lock of a command that is killed.
///
/// # Errors
///
/// When the file can't be made or locked.
#[must_use = "the lock is released when this is dropped"]
pub fn wait(lock: &Path) -> Result<File> {
    let failed = || format!("can't lock {}", lock.display());
    if let Some(folder) = lock.parent() {
        fs::create_dir_all(folder).with_context(failed)?;
    }
    let file = File::create(lock).with_context(failed)?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => {
            eprintln!("Waiting for another `cargo book` to end");
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(failed);
        }
    }
    file.lock().with_context(failed)?;
    Ok(file)
}
