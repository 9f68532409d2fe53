//! The parallel scheduler: one rayon pool for compiled loops and kernels.
//!
//! A region is a number of *chunks*; how many depends on the trip count alone
//! ([`chunk_count`]), never on the number of threads, so that a reduction that
//! keeps one partial result a chunk gives the same bits on any machine. Threads
//! take chunks in increasing order from a counter.
//!
//! When a chunk fails, chunks after it are not started and the ones that run
//! are asked to stop (`poll::CANCEL`); chunks before it run to their end, and
//! the failure of the lowest chunk is the region's: which exception arrives
//! does not depend on timing.
//!
//! Nested regions join the same pool: the calling thread works on its own
//! region, so no thread ever waits without work to steal.
//!
//! `unsafe` room: `taipan_parfor` is called by compiled code with a body of
//! that module and an environment that lives until it returns.

use crate::trap::{CANCELLED_SITE, Ctx, STATUS_OK, Trap, poll};
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

/// First trip of chunk `k` of `count`.
pub fn chunk_start(trips: i64, count: i64, k: i64) -> i64 {
    // 128 bits: trips may be anything up to 2^63.
    (i128::from(trips) * i128::from(k) / i128::from(count.max(1))) as i64
}

struct Pool {
    process: u32,
    pool: Arc<rayon::ThreadPool>,
}

static POOL: Mutex<Option<Pool>> = Mutex::new(None);
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

fn pool() -> Option<Arc<rayon::ThreadPool>> {
    let mut held = POOL.lock().unwrap_or_else(|e| e.into_inner());
    let process = std::process::id();
    if let Some(p) = &*held
        && p.process == process
    {
        return Some(p.pool.clone());
    }
    let built = rayon::ThreadPoolBuilder::new()
        .num_threads(max_threads())
        .thread_name(|i| format!("taipan-worker-{i}"))
        .stack_size(16 << 20)
        .build()
        .ok()?;
    if let Some(old) = held.take()
        && old.process != process
    {
        // The threads of a forked parent do not exist here; waiting for them
        // in the pool's drop would hang.
        std::mem::forget(old.pool);
    }
    let pool = Arc::new(built);
    *held = Some(Pool { process, pool: pool.clone() });
    Some(pool)
}

/// Runs `work` on up to `workers` threads at once, the calling one included.
fn on_threads(workers: usize, work: &(dyn Fn() + Sync)) {
    if workers > 1
        && let Some(pool) = pool()
    {
        pool.in_place_scope(|s| {
            for _ in 1..workers {
                s.spawn(|_| work());
            }
            work();
        });
        return;
    }
    work();
}

/// Runs `body(low, high)` over `0..trips` in parallel; for kernels.
pub fn parallel_for(trips: usize, body: &(dyn Fn(usize, usize) + Sync)) {
    let count = chunk_count(trips as i64, MAX_CHUNKS);
    let next = AtomicI64::new(0);
    on_threads(active_threads().min(count as usize), &|| {
        loop {
            let k = next.fetch_add(1, Ordering::Relaxed);
            if k >= count {
                break;
            }
            let at = |k| chunk_start(trips as i64, count, k) as usize;
            body(at(k), at(k + 1));
        }
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
    chunk: AtomicI64,
}

struct Region {
    body: Body,
    /// Address of the environment (a plain number: it crosses threads).
    env: usize,
    start: i64,
    trips: i64,
    count: i64,
    next: AtomicI64,
    /// Lowest failed chunk.
    failed: AtomicI64,
    failure: Mutex<Option<Failure>>,
    slots: Mutex<Vec<Arc<Slot>>>,
}

impl Region {
    /// Takes chunks until there are none or an earlier one failed.
    fn work(&self) {
        let ctx = Ctx::current();
        let slot = Arc::new(Slot { ctx: AtomicPtr::new(ctx), chunk: AtomicI64::new(-1) });
        self.lock_slots().push(slot.clone());
        loop {
            let k = self.next.fetch_add(1, Ordering::Relaxed);
            if k >= self.count || k > self.failed.load(Ordering::Acquire) {
                break;
            }
            slot.chunk.store(k, Ordering::Release);
            let low = self.start + chunk_start(self.trips, self.count, k);
            let high = self.start + chunk_start(self.trips, self.count, k + 1);
            // SAFETY: contract of `taipan_parfor`; the context is this thread's.
            let status = unsafe { (self.body)(ctx, low, high, k, self.env as *mut u64, std::ptr::null_mut()) };
            slot.chunk.store(-1, Ordering::Release);
            if status != STATUS_OK {
                self.record(k, status, ctx);
            }
        }
        // Out of the list first, so that nobody sets the bit after it is cleared.
        self.lock_slots().retain(|s| !Arc::ptr_eq(s, &slot));
        // SAFETY: this thread's context.
        unsafe { (*ctx).poll.fetch_and(!poll::CANCEL, Ordering::AcqRel) };
    }

    fn lock_slots(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn record(&self, chunk: i64, status: i32, ctx: *mut Ctx) {
        // SAFETY: this thread's context.
        let (trap, trace) = unsafe { ((*ctx).trap, (*ctx).trace.clone()) };
        if trap.site == CANCELLED_SITE {
            return;
        }
        self.failed.fetch_min(chunk, Ordering::AcqRel);
        let mut kept = self.failure.lock().unwrap_or_else(|e| e.into_inner());
        if kept.as_ref().is_none_or(|f| chunk < f.chunk) {
            *kept = Some(Failure { chunk, status, trap, trace });
        }
        drop(kept);
        for s in self.lock_slots().iter() {
            if s.chunk.load(Ordering::Acquire) > chunk {
                // SAFETY: a slot in the list belongs to a thread inside `work`.
                unsafe { (*s.ctx.load(Ordering::Acquire)).poll.fetch_or(poll::CANCEL, Ordering::AcqRel) };
            }
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
    let region = Region {
        body,
        env: env as usize,
        start,
        trips,
        count,
        next: AtomicI64::new(0),
        failed: AtomicI64::new(i64::MAX),
        failure: Mutex::new(None),
        slots: Mutex::new(Vec::new()),
    };
    on_threads(active_threads().min(count as usize), &|| region.work());
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
    use crate::trap::{STATUS_TRAP, TrapKind, taipan_trap};

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
