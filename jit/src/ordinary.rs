//! Compiling one loop of ordinary, unmarked code: the interface to the
//! interpreter side (`vm/src/osr`).
//!
//! The vm asks [`loops`] what loops a code object has, reads the variables of
//! a hot one from the running frame, and hands their kinds to
//! [`compile_loop`](crate::pipeline::compile_loop). At each entry it passes the values as 8-byte slots in
//! the order of [`CompiledLoop::variables`] followed by
//! [`CompiledLoop::stack`]; on return with status `STATUS_EXIT + n` it applies
//! exit `n`'s record to the frame.

use crate::bytecode::Code;
use crate::hir::types::{ArrayType, DType};
use crate::hir::{ExitReason, Variable};
use crate::hir::value::Closure;
pub use crate::hir::build::ordinary::inlinable;
pub use crate::ordinary_loops::loops;
use crate::unit::EntryCell;
use std::sync::Arc;

/// A natural loop of a code object.
#[derive(Clone, Debug)]
pub struct LoopInfo {
    /// Code-unit offset of the header (target of the back edges).
    pub header: u32,
    /// Offsets of its JUMP_BACKWARD instructions.
    pub back_edges: Vec<u32>,
    /// First offset after all of its instructions: an inner loop at the end of the
    /// body lies behind the back edges.
    pub end: u32,
    /// Value-stack depth at the header.
    pub depth: u32,
    /// Does the header take the next item of an iterator (`for`)?
    pub is_for: bool,
    /// Variables the loop reads or writes, in first-use order.
    pub variables: Vec<Variable>,
    /// Which of them it writes.
    pub stored: Vec<bool>,
    /// Names read as globals that must resolve to a known library object
    /// (`range`, `abs`, `math`…) are among `variables` too.
    pub line: u32,
}

/// What a variable or stack slot holds at entry.
#[derive(Clone, Debug)]
pub enum EntryKind {
    /// Exact `int` that fits 64 bits: one slot.
    Int,
    /// Exact `float`: one slot (bits).
    Float,
    /// Exact `bool`: one slot.
    Bool,
    /// Exact NumPy scalar (`np.float64`): one slot, its bytes.
    Numpy(DType),
    /// Exact `ndarray` of real numbers, aligned, of one dimension at least:
    /// the slots of [`abi`](crate::abi). The vm keeps it alive meanwhile.
    Array(ArrayType),
    /// Exact `list` whose first items are Python's numbers of one class: one
    /// slot, its address. The vm keeps it alive meanwhile.
    List(DType),
    /// As `List`, of exact lists of numbers.
    Lists(DType),
    /// As `List` and `Lists`, but an exact `tuple`.
    Tuple(DType),
    Tuples(DType),
    /// No value: one slot, ignored.
    Unbound,
    /// A `range_iterator` with 64-bit parts: three slots: next value, stop
    /// (exclusive, exact multiple of the step away), step.
    RangeIter,
    /// An iterator over a one-dimensional array: the array's slots, then the
    /// number of items already given.
    ArrayIter(ArrayType),
    /// An iterator over such a list: the list's address, the number of items
    /// already given.
    ListIter(DType),
    /// A `zip`, or an `enumerate` of one part, of such iterators over ranges,
    /// arrays and lists, each another object: of `enumerate` the next count,
    /// then the slots of the parts. Only as the loop's own iterator.
    Zip { enumerate: bool, parts: Vec<EntryKind> },
    /// A known library object by canonical path: one slot, ignored; the vm
    /// compares identity at each entry.
    Library(Arc<str>),
    /// A function of the program that can be done in place (see
    /// [`inlinable`]), whose globals are the loop's: one slot, ignored; the vm
    /// makes sure at each entry that it is the same function, unchanged.
    Function(Arc<Closure>),
    /// Anything else: one slot, ignored; touching it leaves the loop.
    Other,
}

/// Where an exit finds one Python value in the result slots.
#[derive(Clone, Debug, PartialEq)]
pub enum Restore {
    /// int / float / bool in result slot n.
    Int(u32),
    Float(u32),
    Bool(u32),
    /// A NumPy scalar in result slot n.
    Numpy(DType, u32),
    /// The object that entry parameter n (a variable, or beyond them a stack
    /// slot) held.
    Entry(u32),
    /// What indexing that object with the int in slot gives.
    Item(u32, u32),
    /// The method `append` of that object.
    Append(u32),
    /// The variable is unbound.
    Unbound,
    /// NULL on the value stack.
    Null,
    /// None.
    None,
    /// The iterator the loop entered with: its position is in slot n: of a
    /// `range` the next value, of an array the number of items given; of
    /// [`EntryKind::Zip`] the count, if it has one, and the position of each
    /// part in slots n, n+1….
    EntryIter(u32),
    /// A new iterator over the array or list of entry parameter n: position in
    /// slot.
    NewItemIter(u32, u32),
    /// A new range iterator: next, stop, step in slots n, n+1, n+2.
    NewRangeIter(u32),
    /// A `range` object: start, stop, step in slots n, n+1, n+2.
    NewRange(u32),
    /// The library object with this path.
    Library(Arc<str>),
    /// A tuple of values.
    Tuple(Vec<Restore>),
}

/// A side exit.
#[derive(Clone, Debug)]
pub struct ExitRecord {
    /// Instruction to go on with (code-unit offset).
    pub offset: u32,
    pub reason: ExitReason,
    /// Line of that instruction.
    pub line: u32,
    /// Variables to write back: (index into `CompiledLoop::variables`, value).
    pub writes: Vec<(u32, Restore)>,
    /// The value stack from the loop's own iterator (inclusive, for `for`
    /// loops) upwards; everything below is untouched.
    pub stack: Vec<Restore>,
}

/// A compiled loop.
#[derive(Debug)]
pub struct CompiledLoop {
    pub variables: Vec<Variable>,
    /// Kinds that `variables` must have at entry.
    pub kinds: Vec<EntryKind>,
    /// Kinds of the stack slots from the loop's iterator upwards (`for`: one).
    pub stack: Vec<EntryKind>,
    pub exits: Vec<ExitRecord>,
    /// Number of result slots to provide.
    pub result_slots: u32,
    /// Code; the uniform entry takes the slots, LLVM swaps in later.
    pub entry: Arc<EntryCell>,
    pub unit: u64,
    /// Paths of module members (`math.sqrt`) that were taken to be the
    /// library's own: the vm makes sure at each entry.
    pub assumed: Vec<Arc<str>>,
    /// Does it compute with NumPy's numbers? They are entered only while
    /// underflow is ignored (`np.errstate`).
    pub numpy: bool,
}

/// Why a loop was not compiled; texts for `--jit-stats`.
#[derive(Clone, Debug)]
pub struct NotCompiled {
    pub reason: String,
    /// Will another try with other kinds be useless?
    pub permanent: bool,
}

/// A request: kinds are parallel to `LoopInfo::variables`.
#[derive(Clone, Debug)]
pub struct LoopRequest {
    pub code: Arc<Code>,
    /// [`LoopInfo::variables`] may hold further globals: those that called
    /// functions read.
    pub info: LoopInfo,
    /// Names of further globals: they are numbered on from the code's names.
    pub further: Vec<Arc<str>>,
    pub kinds: Vec<EntryKind>,
    pub stack: Vec<EntryKind>,
}
