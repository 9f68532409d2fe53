//! The parallel scheduler for compiled loops and kernels; [`crate::workers`] has the
//! threads.
//!
//! A region is a number of *chunks*; how many depends on the trip count alone
//! ([`chunk_count`]), never on the number of threads, so that a reduction that
//! keeps one partial result a chunk gives the same bits on any machine. Each
//! thread has a share of neighbouring chunks, which it takes in order, so that
//! it reads memory in one stream, and goes on to the other shares when its own
//! is done.
//!
//! Of two regions with long chunks that follow each other, one takes the chunks
//! of each share from the first to the last and the other from the last to the
//! first. Programs sweep over the same arrays again and again: what the last
//! sweep left in the cache is where it ended, and a sweep that began at the
//! other end would throw it out before it came there.
//!
//! When a chunk fails, chunks after it are not started and the ones that run
//! are asked to stop (`poll::CANCEL`); chunks before it run to their end, and
//! the failure of the lowest chunk is the region's: which exception arrives
//! does not depend on timing.
//!
//! Nested regions use the same threads: the calling thread works on its own
//! region, so none ever waits for work that nobody does.
//!
//! `unsafe` room: `taipan_parfor` is called by compiled code with a body of
//! that module and an environment that lives until it returns.

use crate::trap::{CANCELLED_SITE, Ctx, STATUS_OK, Trap, TrapKind, poll};
use crate::workers::on_threads;
use std::sync::atomic::{AtomicI64, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// Most chunks of a region.
pub const MAX_CHUNKS: i64 = 64;

/// A region's body: trips `low..high` are chunk `chunk`.
pub type Body = unsafe extern "C" fn(ctx: *mut Ctx, low: i64, high: i64, chunk: i64, env: *mut u64, results: *mut u64) -> i32;

/// Number of chunks of a region of `trips` trips.
pub fn chunk_count(trips: i64, max: i64) -> i64 {
    trips.clamp(0, max.max(1))
}

/// Long chunks start at a multiple of this many trips: at a cache line, if the
/// array does.
const EVEN: i64 = 64;

/// First trip of chunk `k` of `count`.
pub fn chunk_start(trips: i64, count: i64, k: i64) -> i64 {
    // 128 bits: trips may be anything up to 2^63.
    let at = (i128::from(trips) * i128::from(k) / i128::from(count.max(1))) as i64;
    if are_long(trips, count) && k < count { at - at % EVEN } else { at }
}

/// Does each of `count` chunks of `trips` trips read far more than a few lines?
fn are_long(trips: i64, count: i64) -> bool {
    trips / count.max(1) >= EVEN * EVEN
}

/// Threads that regions may use now; 0 = all.
static ACTIVE: AtomicUsize = AtomicUsize::new(0);

/// Size of the pool: `NUMBA_NUM_THREADS`, or the number of processors.
pub fn max_threads() -> usize {
    static MAX: OnceLock<usize> = OnceLock::new();
    *MAX.get_or_init(|| {
        let asked = std::env::var("NUMBA_NUM_THREADS").ok().and_then(|s| s.trim().parse().ok()).filter(|n| *n > 0);
        asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
    })
}

/// Number of threads that regions started from now on use.
pub fn active_threads() -> usize {
    match ACTIVE.load(Ordering::Relaxed) {
        0 => max_threads(),
        n => n,
    }
}

/// Limits regions to `n` threads.
///
/// # Errors
/// `n` is 0 or more than the pool has; nothing changes then.
pub fn set_active_threads(n: usize) -> Result<(), String> {
    let max = max_threads();
    if n == 0 || n > max {
        return Err(format!("The number of threads must be between 1 and {max}"));
    }
    ACTIVE.store(n, Ordering::Relaxed);
    Ok(())
}

/// The next chunk of one share, on a cache line of its own.
#[repr(align(64))]
struct Next(AtomicI64);

/// Chunks dealt out to threads.
struct Shares {
    count: i64,
    /// Shares are taken from the last chunk to the first.
    backwards: bool,
    next: Vec<Next>,
    /// Threads that have come.
    joined: AtomicUsize,
}

impl Shares {
    /// Shares of `count` chunks of a region of `trips` trips.
    fn new(trips: i64, count: i64, threads: usize) -> Shares {
        static SWEEPS: AtomicUsize = AtomicUsize::new(0);
        let n = threads.max(1);
        let backwards = n > 1 && are_long(trips, count) && SWEEPS.fetch_add(1, Ordering::Relaxed) % 2 == 1;
        let next = (0..n).map(|k| Next(AtomicI64::new(chunk_start(count, n as i64, k as i64)))).collect();
        Shares { count, backwards, next, joined: AtomicUsize::new(0) }
    }

    /// Calls `run` with chunks until there are none. When it says false, later
    /// chunks of that share are left out.
    fn work(&self, mut run: impl FnMut(i64) -> bool) {
        let n = self.next.len();
        let own = self.joined.fetch_add(1, Ordering::Relaxed);
        for share in (0..n).map(|k| (own + k) % n) {
            let start = chunk_start(self.count, n as i64, share as i64);
            let end = chunk_start(self.count, n as i64, share as i64 + 1);
            loop {
                let k = self.next[share].0.fetch_add(1, Ordering::Relaxed);
                if k >= end {
                    break;
                }
                let chunk = if self.backwards { start + (end - 1 - k) } else { k };
                if !run(chunk) && !self.backwards {
                    break;
                }
            }
        }
    }
}

/// Runs `body(low, high)` over `0..trips` in parallel; for kernels.
pub fn parallel_for(trips: usize, body: &(dyn Fn(usize, usize) + Sync)) {
    let count = chunk_count(trips as i64, MAX_CHUNKS);
    let threads = active_threads().min(count as usize);
    let shares = Shares::new(trips as i64, count, threads);
    on_threads(threads, &|| {
        shares.work(|k| {
            let at = |k| chunk_start(trips as i64, count, k) as usize;
            body(at(k), at(k + 1));
            true
        });
    });
}

struct Failure {
    chunk: i64,
    status: i32,
    trap: Trap,
    trace: Vec<u32>,
}

/// What one thread of a region is doing, for those that want to stop it.
struct Slot {
    ctx: AtomicPtr<Ctx>,
    running: Mutex<Running>,
}

struct Running {
    /// -1: none.
    chunk: i64,
    /// This region has set the context's `poll::CANCEL` because of that chunk.
    cancelled: bool,
}

impl Slot {
    /// Goes on to another chunk, which is not cancelled yet.
    fn set(&self, chunk: i64) {
        let mut running = lock(&self.running);
        running.chunk = chunk;
        if std::mem::take(&mut running.cancelled) {
            // SAFETY: this thread's context.
            unsafe { (*self.ctx.load(Ordering::Relaxed)).poll.fetch_and(!poll::CANCEL, Ordering::AcqRel) };
        }
    }

    /// Asks the thread to stop if it runs a chunk after this one.
    fn cancel_after(&self, chunk: i64) {
        let mut running = lock(&self.running);
        if running.chunk > chunk {
            running.cancelled = true;
            // SAFETY: a slot in the list belongs to a thread inside `work`.
            unsafe { (*self.ctx.load(Ordering::Relaxed)).poll.fetch_or(poll::CANCEL, Ordering::AcqRel) };
        }
    }
}

fn lock<T>(m: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    m.lock().unwrap_or_else(|e| e.into_inner())
}

struct Region {
    body: Body,
    /// Address of the environment (a plain number: it crosses threads).
    env: usize,
    start: i64,
    trips: i64,
    count: i64,
    shares: Shares,
    /// Lowest failed chunk.
    failed: AtomicI64,
    failure: Mutex<Option<Failure>>,
    slots: Mutex<Vec<Arc<Slot>>>,
}

impl Region {
    /// Does chunks until there are none before the lowest failed one.
    fn work(&self) {
        let ctx = Ctx::current();
        let slot = Arc::new(Slot { ctx: AtomicPtr::new(ctx), running: Mutex::new(Running { chunk: -1, cancelled: false }) });
        self.lock_slots().push(slot.clone());
        self.shares.work(|k| {
            slot.set(k);
            if k > self.failed.load(Ordering::Acquire) {
                return false;
            }
            let low = self.start + chunk_start(self.trips, self.count, k);
            let high = self.start + chunk_start(self.trips, self.count, k + 1);
            // SAFETY: contract of `taipan_parfor`; the context is this thread's.
            let status = unsafe { (self.body)(ctx, low, high, k, self.env as *mut u64, std::ptr::null_mut()) };
            if status != STATUS_OK {
                self.record(k, status, ctx);
            }
            true
        });
        // Out of the list first, so that nobody sets the bit after it is cleared.
        self.lock_slots().retain(|s| !Arc::ptr_eq(s, &slot));
        slot.set(-1);
    }

    fn lock_slots(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Slot>>> {
        lock(&self.slots)
    }

    fn record(&self, chunk: i64, status: i32, ctx: *mut Ctx) {
        // SAFETY: this thread's context.
        let (trap, trace) = unsafe { ((*ctx).trap, (*ctx).trace.clone()) };
        if trap.site == CANCELLED_SITE {
            return;
        }
        // Ctrl-C has no place in the order of chunks: it ends all of them.
        let chunk = if trap.kind == TrapKind::Interrupt { -1 } else { chunk };
        self.failed.fetch_min(chunk, Ordering::AcqRel);
        let mut kept = lock(&self.failure);
        if kept.as_ref().is_none_or(|f| chunk < f.chunk) {
            *kept = Some(Failure { chunk, status, trap, trace });
        }
        drop(kept);
        for s in self.lock_slots().iter() {
            s.cancel_after(chunk);
        }
    }
}

/// Runs `body` over the trips `start..stop` in chunks, on the active threads.
/// Gives 0, or the status of the lowest chunk that failed, whose trap is then
/// the calling thread's.
///
/// # Safety
/// See the file head; `ctx` is the calling thread's context.
pub unsafe extern "C" fn taipan_parfor(
    body: Body,
    ctx: *mut Ctx,
    start: i64,
    stop: i64,
    env: *mut u64,
    max_chunks: i64,
) -> i32 {
    let trips = stop.saturating_sub(start);
    let count = chunk_count(trips, max_chunks);
    if count == 0 {
        return STATUS_OK;
    }
    let threads = active_threads().min(count as usize);
    let region = Region {
        body,
        env: env as usize,
        start,
        trips,
        count,
        shares: Shares::new(trips, count, threads),
        failed: AtomicI64::new(i64::MAX),
        failure: Mutex::new(None),
        slots: Mutex::new(Vec::new()),
    };
    on_threads(threads, &|| region.work());
    match region.failure.into_inner().unwrap_or_else(|e| e.into_inner()) {
        None => STATUS_OK,
        Some(f) => {
            // SAFETY: contract of this function.
            unsafe {
                (*ctx).trap = f.trap;
                (*ctx).trace = f.trace;
            }
            f.status
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trap::{STATUS_TRAP, taipan_trap};

    unsafe extern "C" fn add_up(_: *mut Ctx, low: i64, high: i64, chunk: i64, env: *mut u64, _: *mut u64) -> i32 {
        // SAFETY: the test's environment has a word for each chunk.
        unsafe { *env.add(chunk as usize) = (low..high).sum::<i64>() as u64 };
        STATUS_OK
    }

    #[test]
    fn every_trip_runs_once() {
        for n in [0, 1, 5, 63, 64, 65, 1000] {
            let mut partials = [0u64; MAX_CHUNKS as usize];
            // SAFETY: the body fits the environment.
            let status = unsafe { taipan_parfor(add_up, Ctx::current(), 10, 10 + n, partials.as_mut_ptr(), MAX_CHUNKS) };
            assert_eq!(status, STATUS_OK);
            assert_eq!(partials.iter().sum::<u64>() as i64, (10..10 + n).sum::<i64>());
        }
    }

    unsafe extern "C" fn fail_late(ctx: *mut Ctx, _: i64, _: i64, chunk: i64, _: *mut u64, _: *mut u64) -> i32 {
        if chunk == 7 {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        if chunk >= 7 {
            // SAFETY: the scheduler passes the thread's context.
            unsafe { taipan_trap(ctx, TrapKind::Index as u32, 1, chunk as u64, 0, 0, 0) };
            return STATUS_TRAP;
        }
        STATUS_OK
    }

    #[test]
    fn the_lowest_failure_arrives() {
        let ctx = Ctx::current();
        // SAFETY: the body ignores the environment.
        unsafe {
            assert_eq!(taipan_parfor(fail_late, ctx, 0, 1000, std::ptr::null_mut(), MAX_CHUNKS), STATUS_TRAP);
            assert_eq!((*ctx).trap.args[0], 7);
            // Long chunks: every other region goes backwards.
            for _ in 0..4 {
                let trips = 64 * EVEN * EVEN;
                assert_eq!(taipan_parfor(fail_late, ctx, 0, trips, std::ptr::null_mut(), MAX_CHUNKS), STATUS_TRAP);
                assert_eq!((*ctx).trap.args[0], 7);
            }
        }
    }

    #[test]
    fn long_chunks_start_at_cache_lines_and_cover_all() {
        for trips in [64 * 64 * 64 - 1, 64 * 64 * 64, 10_000_000, 10_000_019] {
            let starts: Vec<i64> = (0..=64).map(|k| chunk_start(trips, 64, k)).collect();
            assert_eq!((starts[0], starts[64]), (0, trips));
            assert!(starts.is_sorted());
            assert_eq!(starts[1..64].iter().all(|s| s % EVEN == 0), trips >= 64 * 64 * 64);
        }
    }

    #[test]
    fn chunks_cover_huge_ranges() {
        let n = i64::MAX;
        let c = chunk_count(n, MAX_CHUNKS);
        assert_eq!(chunk_start(n, c, 0), 0);
        assert_eq!(chunk_start(n, c, c), n);
        assert!((0..c).all(|k| chunk_start(n, c, k) < chunk_start(n, c, k + 1)));
    }
}
