//! HIR: SSA with Python and NumPy meaning, block parameters instead of phi
//! nodes. Built from bytecode, typed by inference, lowered to LIR.
//!
//! Two kinds of function share it:
//! * *nopython*: the body of a jitted function, parameters in order;
//! * *ordinary loop*: one loop of unmarked code. Its parameters are the
//!   interpreter variables the loop touches ([`Func::variables`]), then the
//!   value stack at the header; whatever compiled code cannot do leaves
//!   through [`Term::Exit`] or the [`FrameState`] of an instruction, and the
//!   interpreter goes on at exactly that bytecode instruction.

pub mod build;
pub mod cursor;
pub mod edit;
pub mod infer;
pub mod listing;
pub mod passes;
pub mod reader;
pub mod simplify;
pub mod text;
pub mod type_text;
pub mod types;
pub mod value;
pub mod verify;

use crate::entity;
use std::sync::Arc;
use types::Type;
use value::{CompileOptions, ConstValue};

entity!(/// An SSA value (also the instruction result that defines it).
    Value, "v");
entity!(/// A basic block.
    Block, "bb");
entity!(/// A frame state of the function's list.
    State, "fs");

macro_rules! operators {
    ($(#[$m:meta])* $enum:ident { $( $name:ident $text:literal $ufunc:literal; )* }) => {
        $(#[$m])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $enum { $( $name, )* }
        impl $enum {
            /// Every operator.
            pub const ALL: &'static [$enum] = &[ $( $enum::$name, )* ];
            /// Python spelling.
            pub fn text(self) -> &'static str { match self { $( $enum::$name => $text, )* } }
            /// The NumPy ufunc that does it on arrays ("" = none).
            pub fn ufunc(self) -> &'static str { match self { $( $enum::$name => $ufunc, )* } }
            /// Inverse of `text`.
            pub fn from_text(s: &str) -> Option<Self> { Self::ALL.iter().copied().find(|o| o.text() == s) }
        }
    };
}
operators! {
    /// Two-operand arithmetic.
    BinaryOp {
        Add "+" "add"; Sub "-" "subtract"; Mul "*" "multiply"; Div "/" "divide";
        FloorDiv "//" "floor_divide"; Mod "%" "remainder"; Pow "**" "power";
        And "&" "bitwise_and"; Or "|" "bitwise_or"; Xor "^" "bitwise_xor";
        Shl "<<" "left_shift"; Shr ">>" "right_shift"; MatMul "@" "matmul";
    }
}
operators! {
    /// One-operand arithmetic.
    UnaryOp { Neg "-" "negative"; Pos "+" "positive"; Invert "~" "invert"; Not "not" ""; }
}
operators! {
    /// Comparison.
    CompareOp { Eq "==" "equal"; Ne "!=" "not_equal"; Lt "<" "less"; Le "<=" "less_equal"; Gt ">" "greater"; Ge ">=" "greater_equal"; }
}

/// What defines values. Operands are values; results have types in
/// [`Func::types`].
#[derive(Clone, Debug)]
pub enum Op {
    Const(ConstValue),
    Binary { op: BinaryOp, a: Value, b: Value, inplace: bool },
    Unary { op: UnaryOp, a: Value },
    Compare { op: CompareOp, a: Value, b: Value },
    /// `a is b`, `a is not b`.
    Is { a: Value, b: Value, negate: bool },
    /// `a in b`, `a not in b`.
    Contains { item: Value, container: Value, negate: bool },
    /// Truth value, i1.
    Truth { a: Value },
    Attr { object: Value, name: Arc<str> },
    GetItem { object: Value, index: Value },
    SetItem { object: Value, index: Value, value: Value },
    Tuple(Vec<Value>),
    /// Element of a tuple at a constant position.
    TupleGet { tuple: Value, index: u32 },
    /// `a, b = x`: result is a tuple value of `count` items (checks length).
    Unpack { sequence: Value, count: u32 },
    Slice { start: Option<Value>, stop: Option<Value>, step: Option<Value> },
    Call { callee: Value, args: Vec<Value>, keywords: Vec<(Arc<str>, Value)> },
    /// `iter(x)`.
    Iter { object: Value },
    /// Three results: has (bool), item, the iterator advanced. `item` is
    /// meaningful only where `has` holds.
    IterNext { iter: Value },
    /// Conversion that inference inserted (edges, returns, unification).
    /// Ordinary loops: int to float with a state leaves through it unless the
    /// conversion is exact (magnitude up to 2^53).
    Cast { a: Value, to: Type },
    /// Raises UnboundLocalError unless `defined` (bool) holds.
    CheckDefined { defined: Value, name: Arc<str> },
    /// Placeholder of an unassigned variable.
    Undef,
    /// Inner function: its code and the values it captures (in the order of
    /// the code's free variables). Calls of it are inlined before inference;
    /// never seen by lowering.
    Closure { closure: Arc<value::Closure>, captured: Vec<Value> },
    /// Ordinary loops, first in a loop header: leave through the
    /// instruction's state when the poll word is set (no result).
    Poll,
    /// Ordinary loops: leave unless the entry value has the type it had when
    /// the loop was compiled (inserted for variables loaded again after calls).
    Guard { a: Value, to: Type },
}

/// How a block ends.
#[derive(Clone, Debug)]
pub enum Term {
    Jump(Target),
    Branch { cond: Value, then: Target, otherwise: Target },
    Return(Value),
    /// `raise X` / `raise X(args)`: `exception` is a class or an exception
    /// value made by calling one; `None` = assertion without message.
    Raise { exception: Option<Value> },
    /// Ordinary loops: go on in the interpreter at the state's instruction.
    Exit { state: State, reason: ExitReason },
    Unreachable,
    /// `then`, of a block in a `try`: what its instructions (or a raising
    /// `then`) raise goes to `handler`, whose arguments are defined before the
    /// block's instructions. Interrupts are not caught.
    Guarded { handler: Target, then: Box<Term> },
}

/// One control-flow edge.
#[derive(Clone, Debug)]
pub struct Target {
    pub block: Block,
    pub args: Vec<Value>,
}

/// An instruction.
#[derive(Clone, Debug)]
pub struct Inst {
    pub op: Op,
    pub results: Vec<Value>,
    pub line: u32,
    /// Ordinary loops: where the interpreter goes on if this cannot be done.
    pub state: Option<State>,
}

/// A basic block.
#[derive(Clone, Debug)]
pub struct BlockData {
    pub params: Vec<Value>,
    pub insts: Vec<Inst>,
    pub term: Term,
    pub term_line: u32,
}

/// An interpreter variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variable {
    /// Fast local slot.
    Fast(u32),
    /// Cell or free variable slot.
    Cell(u32),
    /// Name in the frame's `locals` mapping (module and class bodies): index
    /// into the code's names.
    Name(u32),
    /// Name in `globals`: index into the code's names.
    Global(u32),
}

/// The interpreter's frame at a bytecode instruction.
#[derive(Clone, Debug)]
pub struct FrameState {
    /// Code-unit offset of the instruction to execute next.
    pub offset: u32,
    /// Current value of each of [`Func::variables`]; `None` = not changed
    /// since entry (no write-back), `Some(Undef)` = unbound.
    pub locals: Vec<Option<Value>>,
    /// Value stack above the loop's entry depth floor, bottom first.
    pub stack: Vec<StackItem>,
}

/// A slot of the interpreter's value stack.
#[derive(Clone, Debug)]
pub enum StackItem {
    Value(Value),
    /// NULL (call convention filler).
    Null,
    /// A library object such as `range` that the loop assumed (constant).
    Global(ConstValue),
    /// The iterator the loop entered with (its position is written back).
    EntryIter(u32, Value),
    /// An iterator made inside the loop: rebuilt from the value.
    Iter(Value),
    /// As `Iter`, over an array that the loop entered with: the number of the
    /// entry's parameter, and the iterator.
    ArrayIter(u32, Value),
    /// The object that this parameter of the entry stands for.
    Entry(u32),
}

macro_rules! exit_reasons {
    ($( $(#[$m:meta])* $name:ident $text:literal; )*) => {
        /// Why compiled ordinary code leaves; printed by `--jit-stats`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ExitReason { $( $(#[$m])* $name, )* }
        impl ExitReason {
            /// Every reason.
            pub const ALL: &'static [ExitReason] = &[ $( ExitReason::$name, )* ];
            /// Printed form.
            pub fn text(self) -> &'static str { match self { $( ExitReason::$name => $text, )* } }
        }
    };
}
exit_reasons! {
    LoopEnd "loop finished";
    LeftLoop "left the loop";
    Overflow "integer overflow";
    TypeChanged "type changed";
    Unbound "unbound variable";
    DivisionByZero "division by zero";
    Unsupported "unsupported instruction";
    Poll "time slice or signal";
    Domain "result outside the fast path";
    Index "index out of range";
}

/// A parallel loop found by the `parallel` pass.
#[derive(Clone, Debug)]
pub struct ParallelLoop {
    /// Block whose last instruction is the `IterNext` over the prange.
    pub header: Block,
    /// First block after the loop.
    pub exit: Block,
    /// Blocks of the body, header excluded.
    pub body: Vec<Block>,
    /// Header parameters that are reductions and their operation.
    pub reductions: Vec<(Value, Reduction)>,
}

/// Reduction operations that `prange` recognises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    Add,
    Mul,
    Min,
    Max,
    And,
    Or,
    Xor,
    /// No reduction: every iteration gives a new value, the last one stays.
    Last,
}

impl Reduction {
    /// The NumPy ufunc that does one step on arrays ("" = none).
    pub fn ufunc(self) -> &'static str {
        match self {
            Reduction::Add => "add",
            Reduction::Mul => "multiply",
            Reduction::Min => "minimum",
            Reduction::Max => "maximum",
            Reduction::And => "bitwise_and",
            Reduction::Or => "bitwise_or",
            Reduction::Xor => "bitwise_xor",
            Reduction::Last => "",
        }
    }
}

/// A function.
#[derive(Clone, Debug)]
pub struct Func {
    pub name: Arc<str>,
    pub file: Arc<str>,
    pub first_line: u32,
    pub options: CompileOptions,
    /// Block 0 is the entry; its parameters are the function's.
    pub blocks: Vec<BlockData>,
    /// Type of each value.
    pub types: Vec<Type>,
    /// Python variable a value was stored to, for messages and dumps.
    pub names: Vec<Option<Arc<str>>>,
    pub return_type: Type,
    pub states: Vec<FrameState>,
    /// Ordinary loops: the interpreter variables that are parameters.
    pub variables: Vec<Variable>,
    /// Is this an ordinary loop (Python integers: overflow leaves)?
    pub ordinary: bool,
    pub parallel_loops: Vec<ParallelLoop>,
    /// Array-valued results that are computed inside their single user's
    /// loop nest instead of being materialised (the `fuse` pass).
    pub fused: Vec<bool>,
}
