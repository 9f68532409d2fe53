//! The threads that parallel regions run on.
//!
//! The threads are a rayon pool's, made on the first use and made again in a
//! forked child. A thread that has finished a region *stands by* for a moment:
//! it watches a counter of posted jobs, so that the next region of a program
//! that calls one after the other starts at once and not after the operating
//! system has woken a sleeper, which takes longer than many a region.
//!
//! The calling thread works too, and waits only for threads that have really
//! joined its job: one that wakes up late finds the job closed.
//!
//! `unsafe` room: a job lends the caller's closure to other threads; it is
//! entered only while the job is open, and the caller stays until everyone who
//! entered has left ([`Open`] does this even when it unwinds).

use crate::sched::max_threads;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How long a thread stands by, and a caller looks for the end.
const STANDBY: Duration = Duration::from_micros(300);
/// How long it, or a caller that waits, looks without letting others run.
const BUSY: Duration = Duration::from_micros(30);

/// Bit of [`Job::inside`]: nobody may enter any more.
const CLOSED: usize = 1 << (usize::BITS - 1);

type Work = dyn Fn() + Sync;

/// Work that threads may join.
struct Job {
    work: *const Work,
    /// Threads that may still join.
    places: AtomicI64,
    /// Threads inside, and [`CLOSED`].
    inside: AtomicUsize,
    caller: std::thread::Thread,
    /// What a thread panicked with.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

// SAFETY: `work` is `Sync` and is called under the file's contract only.
unsafe impl Send for Job {}
// SAFETY: as above.
unsafe impl Sync for Job {}

impl Job {
    /// Joins if there is a place.
    fn join(&self) {
        if self.places.fetch_sub(1, Ordering::Relaxed) <= 0 {
            return;
        }
        if self.inside.fetch_add(1, Ordering::AcqRel) & CLOSED == 0 {
            // SAFETY: the job was open when this thread entered, so the caller waits for it.
            let done = catch_unwind(AssertUnwindSafe(|| unsafe { (*self.work)() }));
            if let Err(panic) = done {
                *lock(&self.panic) = Some(panic);
            }
        }
        let caller = self.caller.clone();
        if self.inside.fetch_sub(1, Ordering::AcqRel) == CLOSED | 1 {
            caller.unpark();
        }
    }
}

fn lock<T>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    m.lock().unwrap_or_else(|e| e.into_inner())
}

/// What the threads of one process share.
struct Crew {
    process: u32,
    pool: rayon::ThreadPool,
    jobs: Mutex<Vec<Arc<Job>>>,
    /// Counts posted jobs.
    posted: AtomicUsize,
    /// Threads that watch `posted`.
    standby: AtomicUsize,
    /// Threads that attend: asked to, and not gone since.
    present: AtomicUsize,
}

static CREW: Mutex<Option<Arc<Crew>>> = Mutex::new(None);

fn crew() -> Option<Arc<Crew>> {
    let mut held = lock(&CREW);
    let process = std::process::id();
    if let Some(c) = &*held
        && c.process == process
    {
        return Some(c.clone());
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads((max_threads() - 1).max(1))
        .thread_name(|i| format!("taipan-worker-{i}"))
        .stack_size(16 << 20)
        .build()
        .ok()?;
    // The threads of a forked parent do not exist here; waiting for them in
    // the pool's drop would hang.
    std::mem::forget(held.take());
    let zero = || AtomicUsize::new(0);
    let crew = Arc::new(Crew { process, pool, jobs: Mutex::default(), posted: zero(), standby: zero(), present: zero() });
    *held = Some(crew.clone());
    Some(crew)
}

impl Crew {
    fn post(self: &Arc<Self>, job: &Arc<Job>, places: usize) {
        lock(&self.jobs).push(job.clone());
        // In this order: a thread that gives up standing by leaves the count
        // first and looks for new jobs afterwards.
        self.posted.fetch_add(1, Ordering::SeqCst);
        for _ in self.standby.load(Ordering::SeqCst)..places {
            // One that is about to finish its job looks for the next by itself;
            // one more than there are processors would take turns with it.
            if self.present.fetch_add(1, Ordering::SeqCst) >= self.pool.current_num_threads() {
                self.present.fetch_sub(1, Ordering::SeqCst);
                break;
            }
            let crew = self.clone();
            self.pool.spawn(move || crew.attend());
        }
    }

    /// Does jobs until none comes for a while.
    fn attend(&self) {
        loop {
            let seen = self.posted.load(Ordering::SeqCst);
            while let Some(job) = self.find() {
                job.join();
            }
            if !self.stand_by(seen) {
                self.present.fetch_sub(1, Ordering::SeqCst);
                if self.posted.load(Ordering::SeqCst) == seen {
                    return;
                }
                // A job came while this thread was leaving, and counted on it.
                self.present.fetch_add(1, Ordering::SeqCst);
            }
        }
    }

    fn find(&self) -> Option<Arc<Job>> {
        lock(&self.jobs).iter().rfind(|j| j.places.load(Ordering::Relaxed) > 0).cloned()
    }

    /// Waits for another job than the `seen` ones; tells whether one came.
    fn stand_by(&self, seen: usize) -> bool {
        self.standby.fetch_add(1, Ordering::SeqCst);
        let came = || self.posted.load(Ordering::SeqCst) != seen;
        watch(STANDBY, came);
        self.standby.fetch_sub(1, Ordering::SeqCst);
        came()
    }
}

/// Looks at `done` for `most` at most; tells what it said last.
fn watch(most: Duration, done: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    loop {
        for _ in 0..16 {
            if done() {
                return true;
            }
            std::hint::spin_loop();
        }
        let spent = start.elapsed();
        if spent > most {
            return false;
        }
        if spent > BUSY {
            std::thread::yield_now();
        }
    }
}

/// A posted job; closed when dropped.
struct Open<'a> {
    crew: &'a Crew,
    job: &'a Arc<Job>,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        lock(&self.crew.jobs).retain(|j| !Arc::ptr_eq(j, self.job));
        self.job.inside.fetch_or(CLOSED, Ordering::AcqRel);
        let left = || self.job.inside.load(Ordering::Acquire) == CLOSED;
        if watch(STANDBY, left) {
            return;
        }
        while !left() {
            // The last one to leave unparks.
            std::thread::park();
        }
    }
}

/// Calls of [`on_threads`] that use other threads now.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// Counts one while it lives.
struct Running;

impl Running {
    fn start() -> Running {
        RUNNING.fetch_add(1, Ordering::SeqCst);
        Running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Does a parallel region run in this process? Exact for what the calling
/// thread shares: a region that it started or works in counts, since it is
/// counted before others join it and until they have left.
pub(crate) fn region_is_running() -> bool {
    RUNNING.load(Ordering::Relaxed) != 0
}

/// Runs `work` on up to `threads` threads at once, the calling one included.
/// A panic in any of them is the caller's.
pub(crate) fn on_threads(threads: usize, work: &(dyn Fn() + Sync)) {
    let Some(crew) = (threads > 1).then(crew).flatten() else {
        work();
        return;
    };
    let _running = Running::start();
    // SAFETY: only the lifetime changes; see the file head.
    let work_anywhere = unsafe { std::mem::transmute::<*const (dyn Fn() + Sync + '_), *const Work>(work) };
    let job = Arc::new(Job {
        work: work_anywhere,
        places: AtomicI64::new(threads as i64 - 1),
        inside: AtomicUsize::new(0),
        caller: std::thread::current(),
        panic: Mutex::default(),
    });
    let open = Open { crew: &crew, job: &job };
    crew.post(&job, threads - 1);
    work();
    drop(open);
    if let Some(panic) = lock(&job.panic).take() {
        resume_unwind(panic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thread_has_left_when_the_call_returns() {
        for round in 0..2000usize {
            let (inside, calls) = (AtomicI64::new(0), AtomicUsize::new(0));
            on_threads(2 + round % 3, &|| {
                inside.fetch_add(1, Ordering::SeqCst);
                calls.fetch_add(1, Ordering::SeqCst);
                if round % 7 == 0 {
                    std::thread::yield_now();
                }
                inside.fetch_sub(1, Ordering::SeqCst);
            });
            assert_eq!(inside.load(Ordering::SeqCst), 0);
            assert!((1..=2 + round % 3).contains(&calls.load(Ordering::SeqCst)));
        }
    }

    #[test]
    fn jobs_inside_jobs_and_beside_them_end() {
        let sum = AtomicUsize::new(0);
        std::thread::scope(|s| {
            for _ in 0..3 {
                s.spawn(|| {
                    for _ in 0..100 {
                        on_threads(2, &|| {
                            on_threads(2, &|| {
                                sum.fetch_add(1, Ordering::Relaxed);
                            });
                        });
                    }
                });
            }
        });
        assert!(sum.load(Ordering::Relaxed) >= 300);
    }

    #[test]
    fn a_panic_arrives_at_the_caller() {
        let caller = std::thread::current().id();
        let done = catch_unwind(|| {
            on_threads(2, &|| {
                if std::thread::current().id() == caller {
                    std::thread::sleep(Duration::from_millis(200));
                } else {
                    panic!("of a worker");
                }
            });
        });
        assert!(done.is_err());
    }
}
