//! LIR: SSA over machine types, with block parameters instead of phi nodes.
//!
//! A [`Module`] is one unit of compilation: function 0 is the entry, the
//! others are outlined parallel bodies. Every function has the physical form
//! `extern "C" fn(ctx: *mut Ctx, params…, results: *mut u64) -> i32 status`;
//! results take one 8-byte slot each, in order (i1 as 0/1, small integers
//! sign- or zero-extended do not matter: the low bytes count; f32 in the low
//! 4 bytes). The LIR itself sees only `params` and `ret` operands.
//!
//! Values of type `ref` are owned references to a runtime `Buffer` (see
//! `ownership.rs` for who retains and who releases). For back ends `ref` is
//! `ptr`.

pub mod analysis;
pub mod interp;
pub mod op;
pub mod ownership;
pub mod passes;
pub mod reader;
pub mod text;
pub mod verify;

use crate::entity;
use op::{Cc, Op, ResultRule};
use std::sync::Arc;
use taipan_runtime::trap::TrapKind;

entity!(/// A function of a module.
    FuncId, "fn");
entity!(/// A basic block.
    Block, "bb");
entity!(/// An SSA value.
    Value, "v");
entity!(/// An instruction.
    Inst, "inst");
entity!(/// A runtime symbol of the module's symbol list.
    Sym, "sym");
entity!(/// A callee in another unit, of the module's import list.
    Import, "import");

macro_rules! types {
    ($( $(#[$m:meta])* $name:ident $text:literal $bytes:literal; )*) => {
        /// Machine types.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Ty { $( $(#[$m])* $name, )* }
        impl Ty {
            /// Every type.
            pub const ALL: &'static [Ty] = &[ $( Ty::$name, )* ];
            /// Spelling.
            pub fn text(self) -> &'static str { match self { $( Ty::$name => $text, )* } }
            /// Inverse of [`Ty::text`].
            pub fn from_text(s: &str) -> Option<Ty> { Self::ALL.iter().copied().find(|t| t.text() == s) }
            /// Size in memory (i1 takes a byte holding 0 or 1).
            pub fn bytes(self) -> u32 { match self { $( Ty::$name => $bytes, )* } }
        }
    };
}
types! {
    I1 "i1" 1;
    I8 "i8" 1;
    I16 "i16" 2;
    I32 "i32" 4;
    I64 "i64" 8;
    F32 "f32" 4;
    F64 "f64" 8;
    Ptr "ptr" 8;
    /// Owned reference to a runtime buffer.
    Ref "ref" 8;
}

impl Ty {
    /// i1 … i64.
    pub fn is_int(self) -> bool {
        matches!(self, Ty::I1 | Ty::I8 | Ty::I16 | Ty::I32 | Ty::I64)
    }
    /// f32, f64.
    pub fn is_float(self) -> bool {
        matches!(self, Ty::F32 | Ty::F64)
    }
    /// ptr, ref.
    pub fn is_ptr(self) -> bool {
        matches!(self, Ty::Ptr | Ty::Ref)
    }
    /// Width of an integer type in bits.
    pub fn bits(self) -> u32 {
        if self == Ty::I1 { 1 } else { self.bytes() * 8 }
    }
}

/// Parameter and result types. For [`Module::imports`] and calls of module
/// functions: without the context and the status.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Signature {
    pub params: Vec<Ty>,
    pub results: Vec<Ty>,
}

/// A runtime function or datum, by name; addresses come from the symbol table
/// of `crate::symbols`.
#[derive(Clone, Debug, PartialEq)]
pub struct Symbol {
    pub name: &'static str,
    /// C signature: at most one result. The context, where the function wants
    /// it, is an ordinary ptr parameter (`get_ctx`).
    pub sig: Signature,
    /// True when the function reads and writes no memory that the program can
    /// see and always returns (libm): calls may be merged, moved, vectorised.
    pub pure_fn: bool,
}

/// One control-flow edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub block: Block,
    pub args: Vec<Value>,
}

/// Operation-specific extra data.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Aux {
    #[default]
    None,
    Cc(Cc),
    Sym(Sym),
    Func(FuncId),
    Import(Import),
    Trap(TrapKind),
    /// One target for `jump`, two for `brif`.
    Targets(Vec<Target>),
    /// Fastmath flags of a float operation.
    Fast(FastMath),
}

/// Relaxations of float semantics, as LLVM names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub struct FastMath(pub u8);

impl FastMath {
    /// Flag names in bit order.
    pub const NAMES: [&'static str; 7] = ["nnan", "ninf", "nsz", "arcp", "contract", "afn", "reassoc"];
    /// No relaxation.
    pub const NONE: FastMath = FastMath(0);
    /// All flags.
    pub const FAST: FastMath = FastMath(0x7f);
    /// Allows reassociation?
    pub fn reassoc(self) -> bool {
        self.0 & 0x40 != 0
    }
    /// Assumes that there are no infinities?
    pub fn finite(self) -> bool {
        self.0 & 0x02 != 0
    }
    /// Allows approximate math functions?
    pub fn approximate(self) -> bool {
        self.0 & 0x20 != 0
    }
}

/// An instruction.
#[derive(Clone, Debug)]
pub struct InstData {
    pub op: Op,
    /// Result type, or the operand type of comparisons, overflow predicates
    /// and stores. `Ty::I1` where it has no meaning.
    pub ty: Ty,
    pub args: Vec<Value>,
    pub imm: i64,
    pub aux: Aux,
    pub results: Vec<Value>,
    /// Site number (`taipan_runtime::trap::site`) for traps, calls, debug info.
    pub site: u32,
}

impl InstData {
    /// Targets of a terminator, empty for others.
    pub fn targets(&self) -> &[Target] {
        match &self.aux {
            Aux::Targets(t) => t,
            _ => &[],
        }
    }
    /// Fastmath flags, none for others. A call of a symbol has its `aux` taken
    /// and keeps them in `imm`.
    pub fn fast(&self) -> FastMath {
        match self.aux {
            Aux::Fast(f) => f,
            _ if self.op == Op::CallSym => FastMath(self.imm as u8 & FastMath::FAST.0),
            _ => FastMath::NONE,
        }
    }
    /// Every value that the instruction reads, edge arguments included.
    pub fn uses(&self) -> impl Iterator<Item = Value> + '_ {
        self.args.iter().copied().chain(self.targets().iter().flat_map(|t| t.args.iter().copied()))
    }
    /// Rewrites every value read.
    pub fn map_uses(&mut self, mut f: impl FnMut(Value) -> Value) {
        for a in &mut self.args {
            *a = f(*a);
        }
        if let Aux::Targets(ts) = &mut self.aux {
            for a in ts.iter_mut().flat_map(|t| t.args.iter_mut()) {
                *a = f(*a);
            }
        }
    }
}

/// A basic block: parameters, then instructions, the last a terminator.
#[derive(Clone, Debug, Default)]
pub struct BlockData {
    pub params: Vec<Value>,
    pub insts: Vec<Inst>,
    /// Expected to run (almost) never: traps, slow paths.
    pub cold: bool,
}

/// A function. Block 0 is the entry and has the function's parameters.
#[derive(Clone, Debug, Default)]
pub struct Func {
    pub name: String,
    pub results: Vec<Ty>,
    pub blocks: Vec<BlockData>,
    pub insts: Vec<InstData>,
    pub values: Vec<Ty>,
}

/// A callee compiled as a unit of its own.
#[derive(Clone)]
pub struct ImportData {
    pub name: String,
    pub sig: Signature,
    /// Where the callee's current machine code address stands; baseline calls
    /// through it, so that a better tier takes over at the next call.
    pub entry: Arc<crate::unit::EntryCell>,
    /// The callee's LIR, once it is known, so that LLVM can inline it.
    pub module: Arc<std::sync::OnceLock<Arc<Module>>>,
}

impl std::fmt::Debug for ImportData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "import {} {:?}", self.name, self.sig)
    }
}

/// A unit of compilation.
#[derive(Clone, Debug, Default)]
pub struct Module {
    pub funcs: Vec<Func>,
    pub symbols: Vec<Symbol>,
    pub imports: Vec<ImportData>,
}

impl Module {
    /// The number of a symbol, added if it is new.
    pub fn symbol(&mut self, s: &Symbol) -> Sym {
        if let Some(i) = self.symbols.iter().position(|x| x.name == s.name) {
            return Sym::new(i);
        }
        self.symbols.push(s.clone());
        Sym::new(self.symbols.len() - 1)
    }
}

impl Func {
    /// A function with its entry block holding the parameters.
    pub fn new(name: impl Into<String>, sig: &Signature) -> Func {
        let mut f = Func { name: name.into(), results: sig.results.clone(), ..Func::default() };
        let entry = f.add_block();
        for t in &sig.params {
            f.add_param(entry, *t);
        }
        f
    }
    /// The entry block.
    pub fn entry(&self) -> Block {
        Block(0)
    }
    /// Parameter and result types.
    pub fn signature(&self) -> Signature {
        Signature {
            params: self.blocks[0].params.iter().map(|v| self.ty(*v)).collect(),
            results: self.results.clone(),
        }
    }
    /// Type of a value.
    pub fn ty(&self, v: Value) -> Ty {
        self.values[v.index()]
    }
    /// Appends an empty block.
    pub fn add_block(&mut self) -> Block {
        self.blocks.push(BlockData::default());
        Block::new(self.blocks.len() - 1)
    }
    /// Adds a parameter to a block.
    pub fn add_param(&mut self, b: Block, ty: Ty) -> Value {
        let v = self.add_value(ty);
        self.blocks[b.index()].params.push(v);
        v
    }
    /// Makes a value without definition; the caller makes it a result.
    pub fn add_value(&mut self, ty: Ty) -> Value {
        self.values.push(ty);
        Value::new(self.values.len() - 1)
    }
    /// Every block, in layout order.
    pub fn block_ids(&self) -> impl Iterator<Item = Block> + use<> {
        (0..self.blocks.len()).map(Block::new)
    }
    /// The instruction that ends a block.
    pub fn terminator(&self, b: Block) -> Option<&InstData> {
        self.blocks[b.index()].insts.last().map(|i| &self.insts[i.index()])
    }
    /// Successor blocks (edges may repeat a block).
    pub fn successors(&self, b: Block) -> impl Iterator<Item = Block> + '_ {
        self.terminator(b).into_iter().flat_map(|t| t.targets().iter().map(|t| t.block))
    }
}

/// Appends instructions to one block of a function at a time.
pub struct Builder<'a> {
    pub module: &'a mut Module,
    pub func: Func,
    pub block: Block,
    pub site: u32,
    pub fast: FastMath,
    /// Where exceptions go instead of out of the function, and the arguments
    /// for it.
    pub handler: Option<(Block, Vec<Value>)>,
}

/// The symbol whose call begins the way from a failed call to a handler.
pub const CATCHABLE: &str = "taipan_catchable";

impl<'a> Builder<'a> {
    /// Starts in the entry block of `func`; `finish` puts it into the module.
    pub fn new(module: &'a mut Module, func: Func) -> Self {
        Builder { module, func, block: Block(0), site: 0, fast: FastMath::NONE, handler: None }
    }
    /// The function, finished.
    pub fn finish(self) -> Func {
        self.func
    }
    /// Continues in another block.
    pub fn switch_to(&mut self, b: Block) {
        self.block = b;
    }
    /// A new block (not switched to).
    pub fn new_block(&mut self) -> Block {
        self.func.add_block()
    }
    /// Has the current block its terminator?
    pub fn terminated(&self) -> bool {
        self.func.terminator(self.block).is_some_and(|i| i.op.effect() == op::Effect::Terminator)
    }

    /// The integer that `v` is, if a constant made it.
    pub fn constant(&self, v: Value) -> Option<i64> {
        let i = self.func.insts.iter().rev().find(|i| i.results.contains(&v))?;
        (i.op == Op::Iconst).then_some(i.imm)
    }

    /// Appends an instruction; results follow the operation's rule, or
    /// `results` for calls.
    pub fn push(&mut self, op: Op, ty: Ty, args: &[Value], imm: i64, aux: Aux, results: &[Ty]) -> Inst {
        let mut data = InstData { op, ty, args: args.to_vec(), imm, aux, results: vec![], site: self.site };
        match op.rule() {
            ResultRule::None => {}
            ResultRule::Ty => data.results.push(self.func.add_value(ty)),
            ResultRule::Bool => data.results.push(self.func.add_value(Ty::I1)),
            ResultRule::Ptr => data.results.push(self.func.add_value(Ty::Ptr)),
            ResultRule::Signature => data.results = results.iter().map(|t| self.func.add_value(*t)).collect(),
        }
        self.func.insts.push(data);
        let inst = Inst::new(self.func.insts.len() - 1);
        self.func.blocks[self.block.index()].insts.push(inst);
        inst
    }
    fn one(&mut self, op: Op, ty: Ty, args: &[Value], imm: i64, aux: Aux) -> Value {
        let i = self.push(op, ty, args, imm, aux, &[]);
        self.func.insts[i.index()].results[0]
    }

    /// Integer (or null pointer) constant.
    pub fn iconst(&mut self, ty: Ty, v: i64) -> Value {
        self.one(Op::Iconst, ty, &[], v, Aux::None)
    }
    /// Float constant; an f32 keeps its own bits.
    pub fn fconst(&mut self, ty: Ty, v: f64) -> Value {
        let bits = if ty == Ty::F32 { i64::from((v as f32).to_bits()) } else { v.to_bits() as i64 };
        self.one(Op::Fconst, ty, &[], bits, Aux::None)
    }
    /// Two-operand arithmetic of the operands' type.
    pub fn binary(&mut self, op: Op, a: Value, b: Value) -> Value {
        let aux = if self.fast != FastMath::NONE && self.func.ty(a).is_float() { Aux::Fast(self.fast) } else { Aux::None };
        let ty = self.func.ty(a);
        self.one(op, ty, &[a, b], 0, aux)
    }
    /// One-operand arithmetic of the operand's type.
    pub fn unary(&mut self, op: Op, a: Value) -> Value {
        let aux = if self.fast != FastMath::NONE && self.func.ty(a).is_float() { Aux::Fast(self.fast) } else { Aux::None };
        let ty = self.func.ty(a);
        self.one(op, ty, &[a], 0, aux)
    }
    /// Any other operation with one result and no aux data.
    pub fn op(&mut self, op: Op, ty: Ty, args: &[Value], imm: i64) -> Value {
        self.one(op, ty, args, imm, Aux::None)
    }
    /// Overflow predicate `SaddO`, `SsubO`, `SmulO`.
    pub fn binary_predicate(&mut self, op: Op, a: Value, b: Value) -> Value {
        let ty = self.func.ty(a);
        self.one(op, ty, &[a, b], 0, Aux::None)
    }
    /// Integer comparison.
    pub fn icmp(&mut self, cc: Cc, a: Value, b: Value) -> Value {
        let ty = self.func.ty(a);
        self.one(Op::Icmp, ty, &[a, b], 0, Aux::Cc(cc))
    }
    /// Float comparison.
    pub fn fcmp(&mut self, cc: Cc, a: Value, b: Value) -> Value {
        let ty = self.func.ty(a);
        self.one(Op::Fcmp, ty, &[a, b], 0, Aux::Cc(cc))
    }
    /// `c ? a : b`.
    pub fn select(&mut self, c: Value, a: Value, b: Value) -> Value {
        let ty = self.func.ty(a);
        self.one(Op::Select, ty, &[c, a, b], 0, Aux::None)
    }
    /// Conversion to `ty`; nothing when it already has that type.
    pub fn convert(&mut self, op: Op, ty: Ty, a: Value) -> Value {
        if self.func.ty(a) == ty { a } else { self.one(op, ty, &[a], 0, Aux::None) }
    }
    /// Loads `ty` from `p + off`.
    pub fn load(&mut self, ty: Ty, p: Value, off: i64) -> Value {
        self.one(Op::Load, ty, &[p], off, Aux::None)
    }
    /// Stores `v` at `p + off`.
    pub fn store(&mut self, p: Value, v: Value, off: i64) {
        let ty = self.func.ty(v);
        self.push(Op::Store, ty, &[p, v], off, Aux::None, &[]);
    }
    /// Calls a runtime symbol; gives its result, if it has one. Pure
    /// functions get the builder's fastmath flags.
    pub fn call_sym(&mut self, s: &Symbol, args: &[Value]) -> Option<Value> {
        let sym = self.module.symbol(s);
        let fast = if s.pure_fn { self.fast } else { FastMath::NONE };
        let i = self.push(Op::CallSym, Ty::I1, args, i64::from(fast.0), Aux::Sym(sym), &s.sig.results);
        self.func.insts[i.index()].results.first().copied()
    }
    /// Calls a function of this module: (status, results).
    pub fn call_func(&mut self, f: FuncId, sig: &Signature, args: &[Value]) -> (Value, Vec<Value>) {
        self.call(Aux::Func(f), sig, args)
    }
    /// Calls another unit: (status, results).
    pub fn call_import(&mut self, f: Import, sig: &Signature, args: &[Value]) -> (Value, Vec<Value>) {
        self.call(Aux::Import(f), sig, args)
    }
    fn call(&mut self, aux: Aux, sig: &Signature, args: &[Value]) -> (Value, Vec<Value>) {
        let mut tys = vec![Ty::I32];
        tys.extend(&sig.results);
        let i = self.push(Op::Call, Ty::I1, args, 0, aux, &tys);
        let r = &self.func.insts[i.index()].results;
        (r[0], r[1..].to_vec())
    }
    /// Ends the block with a jump.
    pub fn jump(&mut self, block: Block, args: &[Value]) {
        let t = vec![Target { block, args: args.to_vec() }];
        self.push(Op::Jump, Ty::I1, &[], 0, Aux::Targets(t), &[]);
    }
    /// Ends the block with a conditional branch.
    pub fn brif(&mut self, c: Value, then: (Block, &[Value]), other: (Block, &[Value])) {
        let t = [then, other].map(|(block, args)| Target { block, args: args.to_vec() }).to_vec();
        self.push(Op::Brif, Ty::I1, &[c], 0, Aux::Targets(t), &[]);
    }
    /// Ends the block with success.
    pub fn ret(&mut self, results: &[Value]) {
        self.push(Op::Ret, Ty::I1, results, 0, Aux::None, &[]);
    }
    /// Ends the block by raising.
    pub fn trap(&mut self, kind: TrapKind, args: &[Value]) {
        if let Some((to, values)) = self.handler.clone() {
            let ctx = self.op(Op::GetCtx, Ty::Ptr, &[], 0);
            let (kind, site) = (self.iconst(Ty::I32, kind as i64), self.iconst(Ty::I32, i64::from(self.site)));
            let mut all = vec![ctx, kind, site];
            all.extend(args);
            while all.len() < 7 {
                all.push(self.iconst(Ty::I64, 0));
            }
            self.call_sym(&crate::symbols::symbol("taipan_catch_trap"), &all);
            self.jump(to, &values);
            return;
        }
        self.push(Op::Trap, Ty::I1, args, 0, Aux::Trap(kind), &[]);
    }
    /// Branches to a new cold block that raises when `c` holds; continues in
    /// a new block otherwise.
    pub fn trap_if(&mut self, c: Value, kind: TrapKind, args: &[Value]) {
        let (bad, ok) = (self.new_block(), self.new_block());
        self.func.blocks[bad.index()].cold = true;
        self.brif(c, (bad, &[]), (ok, &[]));
        self.switch_to(bad);
        self.trap(kind, args);
        self.switch_to(ok);
    }
    /// Passes a callee's trap on when `status` is not 0.
    pub fn check_status(&mut self, status: Value) {
        let zero = self.iconst(Ty::I32, 0);
        let c = self.icmp(Cc::Ne, status, zero);
        let (bad, ok) = (self.new_block(), self.new_block());
        self.func.blocks[bad.index()].cold = true;
        self.brif(c, (bad, &[]), (ok, &[]));
        self.switch_to(bad);
        if let Some((to, values)) = self.handler.clone() {
            let ctx = self.op(Op::GetCtx, Ty::Ptr, &[], 0);
            let site = self.iconst(Ty::I32, i64::from(self.site));
            let caught = self.call_sym(&crate::symbols::symbol(CATCHABLE), &[ctx, site]).expect("has a result");
            let caught = self.icmp(Cc::Ne, caught, zero);
            let (catch, leave) = (self.new_block(), self.new_block());
            for b in [catch, leave] {
                self.func.blocks[b.index()].cold = true;
            }
            self.brif(caught, (catch, &[]), (leave, &[]));
            self.switch_to(catch);
            self.jump(to, &values);
            self.switch_to(leave);
        }
        self.push(Op::Unwind, Ty::I1, &[], 0, Aux::None, &[]);
        self.switch_to(ok);
    }
    /// Ends the block with the exception that the context holds, raised at
    /// another place before.
    pub fn reraise(&mut self) {
        if let Some((to, values)) = self.handler.clone() {
            self.jump(to, &values);
            return;
        }
        // The context has this function's place in its trace already.
        let site = std::mem::replace(&mut self.site, 0);
        self.push(Op::Unwind, Ty::I1, &[], 0, Aux::None, &[]);
        self.site = site;
    }
}
