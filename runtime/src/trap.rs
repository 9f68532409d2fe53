//! The contract between compiled code, the kernels it calls and the interpreter.
//!
//! Compiled code never unwinds. A native function returns a *status*
//! ([`STATUS_OK`], [`STATUS_TRAP`], or an exit number) and leaves what happened
//! in the [`Ctx`] of its thread. The `vm` crate turns a [`Trap`] into a Python
//! exception; the [`Ctx::trace`] list of call sites becomes its traceback.
//!
//! `unsafe` room: the `extern "C"` functions here are called by compiled code
//! with the `Ctx` pointer that [`Ctx::current`] gave to its caller; that
//! pointer is valid for the life of the thread and never shared between
//! threads, except for the atomic words [`Ctx::poll`] and [`Ctx::stack_limit`].

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// The call succeeded; results are in the result slots.
pub const STATUS_OK: i32 = 0;
/// A Python exception is described by [`Ctx::trap`].
pub const STATUS_TRAP: i32 = 1;
/// `STATUS_EXIT + n`: compiled ordinary code left through side exit `n`.
pub const STATUS_EXIT: i32 = 2;

/// Site number of the trap (of kind [`TrapKind::Pending`]) that a body leaves
/// when it ends because a sibling failed: not an exception of its own.
pub const CANCELLED_SITE: u32 = u32::MAX;

/// Bits of [`Ctx::poll`]; any set bit sends the next poll to its slow path.
pub mod poll {
    /// Ctrl-C (or another Python signal) waits to be handled.
    pub const INTERRUPT: u32 = 1;
    /// The interpreter asks this thread to stop (garbage collection, fork).
    pub const STOP: u32 = 2;
    /// A sibling iteration of a parallel region failed.
    pub const CANCEL: u32 = 4;
    /// The time slice of compiled ordinary code is over.
    pub const SLICE: u32 = 8;
}

macro_rules! trap_kinds {
    ($( $(#[$m:meta])* $name:ident, $text:literal, $class:literal, $message:literal; )*) => {
        /// Why compiled code raised. Messages may use `{0}` … `{3}` for
        /// [`Trap::args`] read as signed integers, `{s0}` … for interned texts
        /// and `{f0}` … for floats.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u32)]
        pub enum TrapKind { $( $(#[$m])* $name, )* }
        impl TrapKind {
            /// Every kind, in declaration order: `ALL[k as usize] == k`.
            pub const ALL: &'static [TrapKind] = &[ $( TrapKind::$name, )* ];
            /// Spelling in the textual IR.
            pub fn name(self) -> &'static str { match self { $( TrapKind::$name => $text, )* } }
            /// Name of the Python exception class.
            pub fn class(self) -> &'static str { match self { $( TrapKind::$name => $class, )* } }
            /// Message template.
            pub fn message(self) -> &'static str { match self { $( TrapKind::$name => $message, )* } }
            /// Inverse of [`TrapKind::name`].
            pub fn from_name(s: &str) -> Option<TrapKind> { Self::ALL.iter().copied().find(|k| k.name() == s) }
        }
    };
}

trap_kinds! {
    /// `a / b` with b == 0.
    ZeroDivision, "zero_division", "ZeroDivisionError", "division by zero";
    /// `a // b` on integers.
    IntegerDivision, "integer_division", "ZeroDivisionError", "integer division by zero";
    /// `a % b` on integers.
    IntegerModulo, "integer_modulo", "ZeroDivisionError", "integer modulo by zero";
    /// Array index: args = index, axis, size.
    Index, "index", "IndexError", "index {0} is out of bounds for axis {1} with size {2}";
    /// The same of an index of an unsigned type.
    IndexUnsigned, "index_unsigned", "IndexError", "index {u0} is out of bounds for axis {1} with size {2}";
    /// Tuple index.
    TupleIndex, "tuple_index", "IndexError", "tuple index out of range";
    /// Local variable read before assignment: args[0] = interned name id (see [`intern`]).
    UnboundLocal, "unbound_local", "UnboundLocalError", "cannot access local variable '{s0}' where it is not associated with a value";
    /// `raise` in the program: args[0] = exception constant id known to the vm.
    Raise, "raise", "Exception", "";
    /// `assert` without message.
    Assertion, "assertion", "AssertionError", "";
    /// An allocation failed: args[0] = bytes.
    Memory, "memory", "MemoryError", "Unable to allocate {0} bytes";
    /// Native stack exhausted.
    Recursion, "recursion", "RecursionError", "maximum recursion depth exceeded";
    /// Ctrl-C.
    Interrupt, "interrupt", "KeyboardInterrupt", "";
    /// `range(…, 0)`.
    RangeStep, "range_step", "ValueError", "range() arg 3 must not be zero";
    /// `math` function outside its domain.
    MathDomain, "math_domain", "ValueError", "math domain error";
    /// The same where Python names the argument: args = interned text, the
    /// argument's bits.
    MathValue, "math_value", "ValueError", "{s0}";
    /// `math` function overflow.
    MathRange, "math_range", "OverflowError", "math range error";
    /// Float to int of infinity.
    InfToInt, "inf_to_int", "OverflowError", "cannot convert float infinity to integer";
    /// Float to int of NaN.
    NanToInt, "nan_to_int", "ValueError", "cannot convert float NaN to integer";
    /// Shapes cannot be broadcast; args = the two sizes and the axis.
    Broadcast, "broadcast", "ValueError", "operands could not be broadcast together: dimension {2} has sizes {0} and {1}";
    /// Negative array dimension.
    NegativeDimension, "negative_dimension", "ValueError", "negative dimensions are not allowed";
    /// Reduction of nothing: args[0] = interned name of the reduction.
    EmptyReduction, "empty_reduction", "ValueError", "zero-size array to reduction operation {s0} which has no identity";
    /// argmin/argmax of nothing: args[0] = interned name.
    EmptyArg, "empty_arg", "ValueError", "attempt to get {s0} of an empty sequence";
    /// Inner dimensions differ.
    MatmulShape, "matmul_shape", "ValueError", "shapes not aligned: {0} (dim {2}) != {1} (dim {3})";
    /// Wrong number of values to unpack: args = expected, got.
    UnpackMany, "unpack_many", "ValueError", "too many values to unpack (expected {0}, got {1})";
    /// Too few values to unpack: args = expected, got.
    UnpackFew, "unpack_few", "ValueError", "not enough values to unpack (expected {0}, got {1})";
    /// Slice step of zero.
    SliceStep, "slice_step", "ValueError", "slice step cannot be zero";
    /// Reshape to another size: args = old size, new size.
    Reshape, "reshape", "ValueError", "cannot reshape array of size {0} into shape with {1} elements";
    /// 0.0 to a negative power.
    ZeroPower, "zero_power", "ZeroDivisionError", "0 cannot be raised to a negative power";
    /// Write to a read-only array.
    ReadOnly, "read_only", "ValueError", "assignment destination is read-only";
    /// Negative shift count.
    NegativeShift, "negative_shift", "ValueError", "negative shift count";
    /// A kernel or callback stored the error on the vm's side.
    Pending, "pending", "RuntimeError", "error raised by a callback";
    /// `a % b` on floats.
    FloatModulo, "float_modulo", "ZeroDivisionError", "modulo by zero";
    /// `divmod(a, b)` on integers.
    IntegerDivmod, "integer_divmod", "ZeroDivisionError", "integer divmod by zero";
    /// `a / b` on complex numbers.
    ComplexDivision, "complex_division", "ZeroDivisionError", "complex division by zero";
    /// A value error with an interned text: args[0] = text id.
    ValueText, "value_text", "ValueError", "{s0}";
    /// The same for the other classes that kernels report.
    TypeText, "type_text", "TypeError", "{s0}";
    IndexText, "index_text", "IndexError", "{s0}";
    ZeroDivisionText, "zero_division_text", "ZeroDivisionError", "{s0}";
    MemoryText, "memory_text", "MemoryError", "{s0}";
    OverflowText, "overflow_text", "OverflowError", "{s0}";
    FloatingText, "floating_text", "FloatingPointError", "{s0}";
    AxisText, "axis_text", "AxisError", "{s0}";
    LinAlgText, "linalg_text", "LinAlgError", "{s0}";
    RuntimeText, "runtime_text", "RuntimeError", "{s0}";
    NotImplementedText, "not_implemented_text", "NotImplementedError", "{s0}";
    /// Too few values for a target list with a star: args = least number, got.
    UnpackFewer, "unpack_fewer", "ValueError", "not enough values to unpack (expected at least {0}, got {1})";
}

/// What went wrong and where; see [`TrapKind`] for the meaning of `args`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Trap {
    pub kind: TrapKind,
    /// Index into the site table ([`site`]).
    pub site: u32,
    pub args: [u64; 4],
}

/// Per-thread state that every native function receives as its first argument.
#[repr(C)]
pub struct Ctx {
    /// Offset 0: bits of [`poll`]. Read at every loop back edge.
    pub poll: AtomicU32,
    reserved: u32,
    /// Offset 8: native functions that call others come to
    /// [`Ctx::stack_is_low`] when the stack pointer is below this address:
    /// the floor of the stack, or the highest address while a poll bit waits,
    /// so that recursion is interrupted as loops are.
    pub stack_limit: AtomicUsize,
    /// The exception, valid after [`STATUS_TRAP`].
    pub trap: Trap,
    /// Sites of the frames that the trap left, innermost first, without the
    /// raising site itself.
    pub trace: Vec<u32>,
    /// Lowest address that native code may use; 0 = unlimited.
    stack_floor: usize,
    /// Of the trap that a handler was entered with: the site of the handler's
    /// function that it came through; 0 = it was raised there.
    caught_at: u32,
}

/// Byte offset of [`Ctx::poll`] for code generators.
pub const CTX_POLL: i32 = 0;
/// Byte offset of [`Ctx::stack_limit`] for code generators.
pub const CTX_STACK_LIMIT: i32 = 8;

struct CtxPtr(*mut Ctx);
// SAFETY: other threads only touch the atomic words through the registry.
unsafe impl Send for CtxPtr {}

static ALL_CTX: Mutex<Vec<CtxPtr>> = Mutex::new(Vec::new());

struct Registered(Cell<*mut Ctx>);

impl Drop for Registered {
    fn drop(&mut self) {
        let p = self.0.get();
        if !p.is_null() {
            if let Ok(mut all) = ALL_CTX.lock() {
                all.retain(|c| c.0 != p);
            }
            // SAFETY: made by Box::into_raw in `current`, removed from the
            // registry above, and this thread is ending.
            drop(unsafe { Box::from_raw(p) });
        }
    }
}

thread_local! {
    static CURRENT: Registered = const { Registered(Cell::new(std::ptr::null_mut())) };
}

impl Ctx {
    /// The calling thread's context; made on first use.
    pub fn current() -> *mut Ctx {
        CURRENT.with(|c| {
            if c.0.get().is_null() {
                let stack_floor = stack_floor();
                let p = Box::into_raw(Box::new(Ctx {
                    poll: AtomicU32::new(0),
                    reserved: 0,
                    stack_limit: AtomicUsize::new(stack_floor),
                    trap: Trap { kind: TrapKind::Pending, site: 0, args: [0; 4] },
                    trace: Vec::new(),
                    stack_floor,
                    caught_at: 0,
                }));
                if let Ok(mut all) = ALL_CTX.lock() {
                    all.push(CtxPtr(p));
                }
                c.0.set(p);
            }
            c.0.get()
        })
    }

    /// Sets poll bits in every thread's context (signal-unsafe: takes a lock;
    /// call it from an ordinary thread).
    pub fn set_poll_all(bits: u32) {
        if let Ok(all) = ALL_CTX.lock() {
            for c in all.iter() {
                // SAFETY: registered contexts are alive; both words are atomic.
                unsafe {
                    (*c.0).poll.fetch_or(bits, Ordering::Release);
                    // After the bits: whoever lowers the limit sees them.
                    (*c.0).stack_limit.store(usize::MAX, Ordering::Release);
                }
            }
        }
    }

    /// What a function does whose frame would end at `lowest`, below
    /// [`Ctx::stack_limit`]: `true` if the stack is really used up, `false` if
    /// only the poll word wants to be looked at (the limit is put back).
    pub fn stack_is_low(&self, lowest: usize) -> bool {
        self.stack_limit.store(self.stack_floor, Ordering::Release);
        lowest < self.stack_floor
    }

    /// Lets the stack seem to end at `floor` (for tests); gives the true end.
    pub fn set_stack_floor(&mut self, floor: usize) -> usize {
        self.stack_limit.store(floor, Ordering::Release);
        std::mem::replace(&mut self.stack_floor, floor)
    }
}

/// Lowest stack address native code may use on this thread: the mapped
/// stack's end plus a reserve for kernels and the interpreter.
fn stack_floor() -> usize {
    const RESERVE: usize = 256 * 1024;
    // SAFETY: plain libc queries on this thread's own attributes.
    unsafe {
        let mut attr: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attr) != 0 {
            return 0;
        }
        let mut addr: *mut libc::c_void = std::ptr::null_mut();
        let mut size: libc::size_t = 0;
        let rc = libc::pthread_attr_getstack(&attr, &mut addr, &mut size);
        libc::pthread_attr_destroy(&mut attr);
        if rc != 0 { 0 } else { addr as usize + RESERVE }
    }
}

/// Records a trap; compiled code then returns [`STATUS_TRAP`].
///
/// # Safety
/// `ctx` is the calling thread's context; `kind` is a valid [`TrapKind`].
pub unsafe extern "C" fn taipan_trap(ctx: *mut Ctx, kind: u32, site: u32, a0: u64, a1: u64, a2: u64, a3: u64) {
    // SAFETY: contract of this function.
    let ctx = unsafe { &mut *ctx };
    let kind = TrapKind::ALL.get(kind as usize).copied().unwrap_or(TrapKind::Pending);
    ctx.trap = Trap { kind, site, args: [a0, a1, a2, a3] };
    ctx.trace.clear();
}

/// Words of a caught exception as compiled code holds it: kind and site, the
/// arguments, the site in the function of the handler.
pub const CAUGHT_WORDS: usize = 6;

/// As [`taipan_trap`], on the way to a handler of the raising function.
///
/// # Safety
/// `ctx` is the calling thread's context.
pub unsafe extern "C" fn taipan_catch_trap(ctx: *mut Ctx, kind: u32, site: u32, a0: u64, a1: u64, a2: u64, a3: u64) {
    // SAFETY: contract of this function.
    unsafe {
        taipan_trap(ctx, kind, site, a0, a1, a2, a3);
        (*ctx).caught_at = 0;
    }
}

/// May a handler take what a call at `site` raised? 0 for Ctrl-C and for a
/// chunk that ends because a sibling failed.
///
/// # Safety
/// `ctx` is the calling thread's context.
pub unsafe extern "C" fn taipan_catchable(ctx: *mut Ctx, site: u32) -> u32 {
    // SAFETY: contract of this function.
    let ctx = unsafe { &mut *ctx };
    if ctx.trap.kind == TrapKind::Interrupt || ctx.trap.site == CANCELLED_SITE {
        return 0;
    }
    ctx.caught_at = site;
    1
}

/// The exception that a handler was just entered with.
///
/// # Safety
/// `ctx` is the calling thread's context, `out` takes [`CAUGHT_WORDS`] words.
pub unsafe extern "C" fn taipan_caught(ctx: *mut Ctx, out: *mut u64) {
    // SAFETY: contract of this function.
    let (ctx, out) = unsafe { (&mut *ctx, std::slice::from_raw_parts_mut(out, CAUGHT_WORDS)) };
    ctx.trace.clear();
    out[0] = u64::from(ctx.trap.kind as u32) | u64::from(ctx.trap.site) << 32;
    out[1..5].copy_from_slice(&ctx.trap.args);
    out[5] = u64::from(ctx.caught_at);
}

/// Makes a caught exception the one of the context again.
///
/// # Safety
/// `ctx` is the calling thread's context, `words` are what [`taipan_caught`] gave.
pub unsafe extern "C" fn taipan_reraise(ctx: *mut Ctx, words: *const u64) {
    // SAFETY: contract of this function.
    let ctx = unsafe {
        let w = std::slice::from_raw_parts(words, CAUGHT_WORDS);
        taipan_trap(ctx, w[0] as u32, (w[0] >> 32) as u32, w[1], w[2], w[3], w[4]);
        (*ctx).caught_at = w[5] as u32;
        &mut *ctx
    };
    if ctx.caught_at != 0 {
        ctx.trace.push(ctx.caught_at);
    }
}

/// Words that wait to be made the arguments of an exception, by number.
static WORDS: Mutex<Vec<(u64, Vec<u64>)>> = Mutex::new(Vec::new());
/// Most lists of words kept: those of exceptions that nobody took (a sibling
/// of a parallel loop raised first) give way to newer ones.
const WORD_LISTS: usize = 256;

/// Keeps `n` words for [`take_words`]; their number.
///
/// # Safety
/// `n` words are readable at `words`.
pub unsafe extern "C" fn taipan_keep_words(words: *const u64, n: i64) -> i64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    // SAFETY: contract of this function.
    let list = unsafe { std::slice::from_raw_parts(words, n as usize) }.to_vec();
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut kept = WORDS.lock().unwrap_or_else(|e| e.into_inner());
    if kept.len() == WORD_LISTS {
        kept.remove(0);
    }
    kept.push((id, list));
    id as i64
}

/// The words kept under this number, once.
pub fn take_words(id: u64) -> Vec<u64> {
    let mut kept = WORDS.lock().unwrap_or_else(|e| e.into_inner());
    match kept.iter().position(|w| w.0 == id) {
        Some(at) => kept.remove(at).1,
        None => Vec::new(),
    }
}

/// Adds the call site of a frame that a trap passes through.
///
/// # Safety
/// `ctx` is the calling thread's context.
pub unsafe extern "C" fn taipan_unwind(ctx: *mut Ctx, site: u32) {
    // SAFETY: contract of this function.
    let trace = unsafe { &mut (*ctx).trace };
    // Deep recursion: keep the innermost frames, which say where it broke.
    // Site 0 is no place in the user's program.
    if site != 0 && trace.len() < 1000 {
        trace.push(site);
    }
}

/// A place in the user's program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub file: Arc<str>,
    pub function: Arc<str>,
    /// 1-based line.
    pub line: u32,
}

#[derive(Default)]
struct Tables {
    sites: Vec<Site>,
    strings: Vec<Arc<str>>,
}

fn tables() -> std::sync::MutexGuard<'static, Tables> {
    static T: OnceLock<Mutex<Tables>> = OnceLock::new();
    T.get_or_init(|| {
        let unknown = Site { file: "<unknown>".into(), function: "<unknown>".into(), line: 0 };
        Mutex::new(Tables { sites: vec![unknown], strings: Vec::new() })
    })
    .lock()
    .unwrap_or_else(|e| e.into_inner())
}

/// Adds a site and returns its number (never 0; 0 is "unknown").
pub fn add_site(site: Site) -> u32 {
    let mut t = tables();
    if t.sites.last() != Some(&site) {
        t.sites.push(site);
    }
    t.sites.len() as u32 - 1
}

/// The site with this number; number 0 and unknown numbers give "unknown".
pub fn site(n: u32) -> Site {
    let t = tables();
    t.sites.get(n as usize).unwrap_or(&t.sites[0]).clone()
}

/// Interns a text that a trap message names (`{s0}`), and returns its id.
pub fn intern(s: &str) -> u64 {
    let mut t = tables();
    if let Some(i) = t.strings.iter().position(|x| &**x == s) {
        return i as u64;
    }
    t.strings.push(s.into());
    t.strings.len() as u64 - 1
}

/// The interned text; unknown ids give an empty one.
pub fn interned(id: u64) -> Arc<str> {
    tables().strings.get(id as usize).cloned().unwrap_or_else(|| "".into())
}

impl Trap {
    /// The message with its arguments filled in.
    pub fn message(&self) -> String {
        let mut out = self.kind.message().to_owned();
        for (n, a) in self.args.iter().enumerate() {
            out = out.replace(&format!("{{{n}}}"), &(*a as i64).to_string());
            out = out.replace(&format!("{{u{n}}}"), &a.to_string());
            let key = format!("{{f{n}}}");
            if out.contains(&key) {
                out = out.replace(&key, &crate::print::float_repr(f64::from_bits(*a)));
            }
            let key = format!("{{s{n}}}");
            if out.contains(&key) {
                out = out.replace(&key, &interned(*a));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_fills_numbers_and_names() {
        let t = Trap { kind: TrapKind::Index, site: 0, args: [-4i64 as u64, 1, 3, 0] };
        assert_eq!(t.message(), "index -4 is out of bounds for axis 1 with size 3");
        let t = Trap { kind: TrapKind::IndexUnsigned, ..t };
        assert_eq!(t.message(), "index 18446744073709551612 is out of bounds for axis 1 with size 3");
        let t = Trap { kind: TrapKind::UnboundLocal, site: 0, args: [intern("x"), 0, 0, 0] };
        assert!(t.message().contains("'x'"));
    }

    #[test]
    fn layout_that_generated_code_relies_on() {
        assert_eq!(std::mem::offset_of!(Ctx, poll), CTX_POLL as usize);
        assert_eq!(std::mem::offset_of!(Ctx, stack_limit), CTX_STACK_LIMIT as usize);
    }
}
