//! Atomics whose constructors are `const`.

use std::sync::atomic::Ordering;

use crate::checker::sync::atomic as real;
use crate::lazy::Lazy;

macro_rules! atomic {
    ($name:ident, $type:ty) => {
        /// The atomic of the same name in `std::sync::atomic`.
        pub struct $name {
            initial: $type,
            atomic: Lazy<real::$name>,
        }

        #[allow(
            dead_code,
            clippy::missing_errors_doc,
            missing_docs,
            reason = "they are std's, and no module needs all of them"
        )]
        impl $name {
            pub const fn new(initial: $type) -> Self {
                let atomic = Lazy::new();
                $name { initial, atomic }
            }

            fn atomic(&self) -> &real::$name {
                self.atomic.get(|| real::$name::new(self.initial))
            }

            pub fn load(&self, ordering: Ordering) -> $type {
                self.atomic().load(ordering)
            }

            pub fn store(&self, value: $type, ordering: Ordering) {
                self.atomic().store(value, ordering);
            }

            pub fn swap(&self, value: $type, ordering: Ordering) -> $type {
                self.atomic().swap(value, ordering)
            }

            pub fn compare_exchange(
                &self,
                current: $type,
                new: $type,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$type, $type> {
                self.atomic()
                    .compare_exchange(current, new, success, failure)
            }

            pub fn compare_exchange_weak(
                &self,
                current: $type,
                new: $type,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$type, $type> {
                self.compare_exchange(current, new, success, failure)
            }

            pub fn fetch_update(
                &self,
                set: Ordering,
                fetch: Ordering,
                mut change: impl FnMut($type) -> Option<$type>,
            ) -> Result<$type, $type> {
                let mut found = self.load(fetch);
                while let Some(new) = change(found) {
                    match self.compare_exchange(found, new, set, fetch) {
                        Ok(found) => return Ok(found),
                        Err(now) => found = now,
                    }
                }
                Err(found)
            }

            pub fn get_mut(&mut self) -> &mut $type {
                if let Some(atomic) = self.atomic.take() {
                    self.initial = atomic.value();
                }
                &mut self.initial
            }

            pub fn into_inner(mut self) -> $type {
                *self.get_mut()
            }

            /// The address alone: there is no such value in memory.
            pub const fn as_ptr(&self) -> *mut $type {
                std::ptr::from_ref(self).cast_mut().cast()
            }
        }

        impl Default for $name {
            fn default() -> Self {
                $name::new(<$type>::default())
            }
        }

        #[cfg(recorder)]
        impl crate::explore::Show for $name {
            const KIND: crate::explore::Kind = crate::explore::Kind::Value;

            fn look(&self) -> crate::explore::Look {
                crate::explore::Look::value(self.atomic().peek())
            }
        }

        impl Value<$type> for real::$name {
            #[cfg(loom)]
            fn value(&self) -> $type {
                // SAFETY: `get_mut` has the only reference.
                unsafe { self.unsync_load() }
            }

            #[cfg(shuttle)]
            fn value(&self) -> $type {
                self.load(Ordering::Relaxed)
            }

            #[cfg(recorder)]
            fn value(&self) -> $type {
                self.peek()
            }
        }
    };
}

trait Value<T> {
    fn value(&self) -> T;
}

macro_rules! number {
    ($name:ident, $type:ty) => {
        atomic!($name, $type);

        #[allow(dead_code, missing_docs, reason = "they are std's")]
        impl $name {
            pub fn fetch_add(&self, value: $type, how: Ordering) -> $type {
                self.atomic().fetch_add(value, how)
            }

            pub fn fetch_sub(&self, value: $type, how: Ordering) -> $type {
                self.atomic().fetch_sub(value, how)
            }

            pub fn fetch_and(&self, value: $type, how: Ordering) -> $type {
                self.atomic().fetch_and(value, how)
            }

            pub fn fetch_or(&self, value: $type, how: Ordering) -> $type {
                self.atomic().fetch_or(value, how)
            }

            pub fn fetch_max(&self, value: $type, how: Ordering) -> $type {
                self.atomic().fetch_max(value, how)
            }

            pub fn fetch_min(&self, value: $type, how: Ordering) -> $type {
                self.atomic().fetch_min(value, how)
            }
        }
    };
}

atomic!(AtomicBool, bool);
number!(AtomicU8, u8);
number!(AtomicU32, u32);
number!(AtomicU64, u64);
number!(AtomicUsize, usize);
number!(AtomicI32, i32);
number!(AtomicI64, i64);
