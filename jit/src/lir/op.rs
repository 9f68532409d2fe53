//! The LIR operation table: machine meaning, one row an operation.
//!
//! Everything about an operation that is not semantics — spelling, number of
//! operands, how the result type follows, effects — is derived from this table
//! by the printer, the reader, the verifier and the passes.
//!
//! Semantics that the names do not say:
//! * integers wrap; `sdiv`, `srem`, `udiv`, `urem` are undefined for a zero
//!   divisor and for MIN / -1: lowering guards both;
//! * shifts use the count modulo the width;
//! * `fptosi` / `fptoui` of a value that does not fit give an unspecified
//!   integer (never undefined behaviour): lowering guards where Python cares;
//! * `sadd_o` … give 1 when the signed result does not fit;
//! * `load` / `store` address = operand 0 + `imm` bytes; never volatile;
//! * `ptr_add` = pointer + i64 bytes; `ptr_index` = pointer + i64 * `imm` bytes;
//! * `call` calls a function of this module or another unit: results are the
//!   i32 status first, then the callee's results (valid if status is 0);
//! * `call_sym` calls a runtime symbol with the C ABI; a pure one carries
//!   fastmath flags in `imm`;
//! * `poll` marks a loop header (first instruction of its block): compiled
//!   code looks at `Ctx::poll` here; `imm` = loop number. It may leave the
//!   function with a trap (Ctrl-C) or continue it in a better tier.

/// How the type of the (first) result follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultRule {
    /// No result.
    None,
    /// `InstData::ty`.
    Ty,
    /// Always i1.
    Bool,
    /// Always ptr.
    Ptr,
    /// From the signature of the callee or symbol.
    Signature,
}

/// What an operation may do besides computing its results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Result depends on operands only; may be removed, merged and moved.
    Pure,
    /// Reads memory.
    Read,
    /// Writes memory.
    Write,
    /// Calls out: reads and writes memory.
    Call,
    /// Ends a block.
    Terminator,
}

macro_rules! lir_ops {
    ($( $(#[$m:meta])* $name:ident $text:literal $operands:expr, $rule:ident, $effect:ident; )*) => {
        /// An LIR operation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Op { $( $(#[$m])* $name, )* }
        impl Op {
            /// Every operation in table order.
            pub const ALL: &'static [Op] = &[ $( Op::$name, )* ];
            /// Spelling in the textual form.
            pub fn text(self) -> &'static str { match self { $( Op::$name => $text, )* } }
            /// Fixed number of operands; `None` where it varies.
            pub fn operands(self) -> Option<usize> { match self { $( Op::$name => $operands, )* } }
            /// Result rule.
            pub fn rule(self) -> ResultRule { match self { $( Op::$name => ResultRule::$rule, )* } }
            /// Effect.
            pub fn effect(self) -> Effect { match self { $( Op::$name => Effect::$effect, )* } }
            /// Inverse of [`Op::text`].
            pub fn from_text(s: &str) -> Option<Op> { Self::ALL.iter().copied().find(|o| o.text() == s) }
        }
    };
}

lir_ops! {
    // Constants: value in `imm` (floats as bits).
    Iconst "iconst" Some(0), Ty, Pure;
    Fconst "fconst" Some(0), Ty, Pure;
    /// Address of the runtime symbol `aux = Sym`.
    SymAddr "sym_addr" Some(0), Ptr, Pure;
    /// Address of a function of this module, `aux = Func` (raw ABI).
    FuncAddr "func_addr" Some(0), Ptr, Pure;
    /// Absolute address in `imm` (frozen arrays and the like).
    AddrConst "addr_const" Some(0), Ptr, Pure;

    // Integer arithmetic.
    Iadd "iadd" Some(2), Ty, Pure;
    Isub "isub" Some(2), Ty, Pure;
    Imul "imul" Some(2), Ty, Pure;
    Sdiv "sdiv" Some(2), Ty, Pure;
    Udiv "udiv" Some(2), Ty, Pure;
    Srem "srem" Some(2), Ty, Pure;
    Urem "urem" Some(2), Ty, Pure;
    And "and" Some(2), Ty, Pure;
    Or "or" Some(2), Ty, Pure;
    Xor "xor" Some(2), Ty, Pure;
    Shl "shl" Some(2), Ty, Pure;
    Ashr "ashr" Some(2), Ty, Pure;
    Lshr "lshr" Some(2), Ty, Pure;
    // Signed overflow predicates; the `ty` is the operands' type.
    SaddO "sadd_o" Some(2), Bool, Pure;
    SsubO "ssub_o" Some(2), Bool, Pure;
    SmulO "smul_o" Some(2), Bool, Pure;

    // Float arithmetic. `aux = Fast` marks the fastmath flags.
    Fadd "fadd" Some(2), Ty, Pure;
    Fsub "fsub" Some(2), Ty, Pure;
    Fmul "fmul" Some(2), Ty, Pure;
    Fdiv "fdiv" Some(2), Ty, Pure;
    Fneg "fneg" Some(1), Ty, Pure;
    Fabs "fabs" Some(1), Ty, Pure;
    Sqrt "sqrt" Some(1), Ty, Pure;
    Floor "floor" Some(1), Ty, Pure;
    Ceil "ceil" Some(1), Ty, Pure;
    Trunc "ftrunc" Some(1), Ty, Pure;
    /// Round half to even.
    Rint "rint" Some(1), Ty, Pure;
    Copysign "copysign" Some(2), Ty, Pure;
    Fma "fma" Some(3), Ty, Pure;

    // Comparisons; `ty` = type of the operands; predicate in `aux = Cc`.
    Icmp "icmp" Some(2), Bool, Pure;
    Fcmp "fcmp" Some(2), Bool, Pure;
    /// operand 0 (i1) ? operand 1 : operand 2.
    Select "select" Some(3), Ty, Pure;

    // Conversions to `ty`.
    Sext "sext" Some(1), Ty, Pure;
    Zext "zext" Some(1), Ty, Pure;
    Itrunc "itrunc" Some(1), Ty, Pure;
    Sitofp "sitofp" Some(1), Ty, Pure;
    Uitofp "uitofp" Some(1), Ty, Pure;
    Fptosi "fptosi" Some(1), Ty, Pure;
    Fptoui "fptoui" Some(1), Ty, Pure;
    /// f32 to f64 or f64 to f32.
    Fpcast "fpcast" Some(1), Ty, Pure;
    /// Same-width reinterpretation (i64 <-> f64, i32 <-> f32, i64 <-> ptr).
    Bitcast "bitcast" Some(1), Ty, Pure;

    // Memory.
    Load "load" Some(1), Ty, Read;
    /// operand 0 = address, operand 1 = value; `ty` = type of the value.
    Store "store" Some(2), None, Write;
    PtrAdd "ptr_add" Some(2), Ptr, Pure;
    PtrIndex "ptr_index" Some(2), Ptr, Pure;
    /// Address of `imm` bytes of 16-byte-aligned stack, allocated once a call.
    StackAddr "stack_addr" Some(0), Ptr, Pure;

    // Calls and polls.
    Call "call" None, Signature, Call;
    CallSym "call_sym" None, Signature, Call;
    /// Looks at the poll word at the header of loop `imm`; where that ends the
    /// function, the operands (owned refs, `lir::ownership`) are released.
    Poll "poll" None, None, Call;
    /// The i32 poll word of the context (ordinary loops branch on it).
    LoadPoll "load_poll" Some(0), Ty, Read;
    /// The operands (refs) are alive up to here, whatever addresses were
    /// derived from them; no code. `lir::ownership` removes it.
    Keep "keep" None, None, Write;
    /// The current context pointer.
    GetCtx "get_ctx" Some(0), Ptr, Pure;

    // Terminators.
    Jump "jump" None, None, Terminator;
    /// operand 0 (i1): targets[0] if set, else targets[1].
    Brif "brif" None, None, Terminator;
    /// Success: operands are the results.
    Ret "ret" None, None, Terminator;
    /// Raise `aux = Trap` at `site`; up to four i64 operands.
    Trap "trap" None, None, Terminator;
    /// A callee failed: record `site` and pass its trap on.
    Unwind "unwind" Some(0), None, Terminator;
    /// Side exit number `imm`: operands go to the result slots in order,
    /// status is `STATUS_EXIT + imm`.
    Exit "exit" None, None, Terminator;
    /// Never reached.
    Unreachable "unreachable" Some(0), None, Terminator;
}

macro_rules! cond_codes {
    ($( $name:ident $text:literal $negated:ident $swapped:ident; )*) => {
        /// Predicates of `icmp` and `fcmp`. Float predicates: `O…` is false
        /// if an operand is NaN, `Une` is true then.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Cc { $( $name, )* }
        impl Cc {
            /// Every predicate.
            pub const ALL: &'static [Cc] = &[ $( Cc::$name, )* ];
            /// Spelling.
            pub fn text(self) -> &'static str { match self { $( Cc::$name => $text, )* } }
            /// Inverse of [`Cc::text`].
            pub fn from_text(s: &str) -> Option<Cc> { Self::ALL.iter().copied().find(|c| c.text() == s) }
            /// The predicate that holds exactly when this one does not.
            pub fn negated(self) -> Cc { match self { $( Cc::$name => Cc::$negated, )* } }
            /// The predicate for exchanged operands.
            pub fn swapped(self) -> Cc { match self { $( Cc::$name => Cc::$swapped, )* } }
            /// Is this a float predicate?
            pub fn is_float(self) -> bool { self as u8 >= Cc::Oeq as u8 }
        }
    };
}

cond_codes! {
    Eq "eq" Ne Eq;
    Ne "ne" Eq Ne;
    Slt "slt" Sge Sgt;
    Sle "sle" Sgt Sge;
    Sgt "sgt" Sle Slt;
    Sge "sge" Slt Sle;
    Ult "ult" Uge Ugt;
    Ule "ule" Ugt Uge;
    Ugt "ugt" Ule Ult;
    Uge "uge" Ult Ule;
    Oeq "oeq" Une Oeq;
    Une "une" Oeq Une;
    Olt "olt" Nolt Ogt;
    Ole "ole" Nole Oge;
    Ogt "ogt" Nogt Olt;
    Oge "oge" Noge Ole;
    Nolt "nolt" Olt Nogt;
    Nole "nole" Ole Noge;
    Nogt "nogt" Ogt Nolt;
    Noge "noge" Oge Nole;
}
