//! One LLVM module from one LIR unit: its functions, the functions of other
//! units that it may inline, the entries that the outside calls.
//!
//! Functions are internal unless exported. They are lowered on demand from
//! the exported one, so an outlined body that nothing reaches costs nothing.

use super::error::{LlvmError, Result};
use super::libm;
use super::root::Roots;
use super::types::Types;
use crate::lir::op::Op;
use crate::lir::{Aux, FuncId, Import, Module as Lir, Signature, Symbol, Ty};
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::basic_block::BasicBlock;
use inkwell::builder::Builder;
use inkwell::context::Context;
use inkwell::intrinsics::Intrinsic;
use inkwell::module::{Linkage, Module};
use inkwell::types::{BasicTypeEnum, FunctionType};
use inkwell::values::{BasicMetadataValueEnum, FunctionValue, IntValue};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// LIR instructions copied from other units into one module, at most.
const IMPORT_BUDGET: usize = 4000;

/// What the machine can do, as far as lowering asks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Features {
    pub avx2: bool,
    pub avx512: bool,
    /// libmvec is loaded, so its vector functions may be named.
    pub vector_libm: bool,
}

/// One LIR module taking part, and its functions lowered so far.
struct Source<'ctx> {
    lir: Arc<Lir>,
    functions: Vec<Option<FunctionValue<'ctx>>>,
    /// Decided callees of the imports.
    imports: Vec<Option<Callee<'ctx>>>,
}

/// How an import is called.
#[derive(Clone, Copy)]
pub(super) enum Callee<'ctx> {
    /// A function in the same LLVM module.
    Known(FunctionValue<'ctx>),
    /// Through the entry cell at this address.
    Cell(u64),
}

/// Attribute kinds asked for often.
pub(super) struct Attributes {
    pub nounwind: Attribute,
    pub cold: Attribute,
    pub noinline: Attribute,
    pub pure_call: [Attribute; 4],
    /// Reads and writes its arguments' memory and what no program sees.
    pub context_only: Attribute,
    pub zeroext: Attribute,
    pub signext: Attribute,
    pub noalias: Attribute,
    pub nonnull: Attribute,
    pub inlinehint: Attribute,
}

/// `memory(…)` is encoded with two bits a location: argument memory, then
/// inaccessible memory, then the rest.
const MEMORY_NONE: u64 = 0;
const MEMORY_ARGUMENTS_AND_INACCESSIBLE: u64 = 0b1111;

pub(super) fn enum_attribute(context: &Context, name: &str, value: u64) -> Attribute {
    context.create_enum_attribute(Attribute::get_named_enum_kind_id(name), value)
}

impl Attributes {
    fn new(c: &Context) -> Self {
        let a = |name, value| enum_attribute(c, name, value);
        Attributes {
            nounwind: a("nounwind", 0),
            cold: a("cold", 0),
            noinline: a("noinline", 0),
            pure_call: [a("willreturn", 0), a("nosync", 0), a("nofree", 0), a("memory", MEMORY_NONE)],
            context_only: a("memory", MEMORY_ARGUMENTS_AND_INACCESSIBLE),
            zeroext: a("zeroext", 0),
            signext: a("signext", 0),
            noalias: a("noalias", 0),
            nonnull: a("nonnull", 0),
            inlinehint: a("inlinehint", 0),
        }
    }
}

/// An LLVM module in the making.
pub(super) struct Assembly<'ctx> {
    pub context: &'ctx Context,
    pub module: Module<'ctx>,
    pub builder: Builder<'ctx>,
    pub ty: Types<'ctx>,
    pub attr: Attributes,
    pub features: Features,
    pub prof_kind: u32,
    sources: Vec<Source<'ctx>>,
    queue: Vec<(usize, FuncId)>,
    budget: usize,
    symbols: HashMap<String, FunctionValue<'ctx>>,
    intrinsics: HashMap<(&'static str, Ty), FunctionValue<'ctx>>,
    pub roots: Roots<'ctx>,
}

/// Runtime functions that lowering itself calls.
pub(super) const TRAP: &str = "taipan_trap";
pub(super) const UNWIND: &str = "taipan_unwind";
pub(super) const POLL_INTERRUPT: &str = "taipan_poll_interrupt";
pub(super) const STACK_LIMIT: &str = "taipan_stack_limit";

impl<'ctx> Assembly<'ctx> {
    pub fn new(context: &'ctx Context, name: &str, features: Features) -> Self {
        Assembly {
            context,
            module: context.create_module(name),
            builder: context.create_builder(),
            ty: Types::new(context),
            attr: Attributes::new(context),
            features,
            prof_kind: context.get_kind_id("prof"),
            sources: Vec::new(),
            queue: Vec::new(),
            budget: IMPORT_BUDGET,
            symbols: HashMap::new(),
            intrinsics: HashMap::new(),
            roots: Roots::default(),
        }
    }

    /// Adds `lir`, exports its function `f` under `direct` and, if `uniform`
    /// is given, a wrapper of type `NativeEntry` under that name; lowers
    /// everything reachable.
    pub fn add(&mut self, lir: Arc<Lir>, f: FuncId, direct: &str, uniform: Option<&str>) -> Result<()> {
        let sig = lir.funcs.get(f.index()).ok_or("no such function")?.signature();
        let source = self.source(lir);
        let function = self.function(source, f);
        function.set_linkage(Linkage::External);
        function.as_global_value().set_name(direct);
        if let Some(name) = uniform {
            self.wrapper(name, function, &sig)?;
        }
        while let Some((source, f)) = self.queue.pop() {
            let lir = self.sources[source].lir.clone();
            let function = self.function(source, f);
            super::function::lower(self, source, &lir, f, function)?;
        }
        Ok(())
    }

    fn source(&mut self, lir: Arc<Lir>) -> usize {
        if let Some(i) = self.sources.iter().position(|s| Arc::ptr_eq(&s.lir, &lir)) {
            return i;
        }
        let (functions, imports) = (vec![None; lir.funcs.len()], vec![None; lir.imports.len()]);
        self.sources.push(Source { lir, functions, imports });
        self.sources.len() - 1
    }

    /// The LLVM function of a LIR function; lowered later if it is new.
    pub fn function(&mut self, source: usize, f: FuncId) -> FunctionValue<'ctx> {
        if let Some(v) = self.sources[source].functions[f.index()] {
            return v;
        }
        let lir = self.sources[source].lir.clone();
        let func = &lir.funcs[f.index()];
        let sig = func.signature();
        // Names of units may collide; LLVM makes internal ones unique.
        let v = self.module.add_function(&format!("fn.{}", func.name), self.ty.physical(&sig), Some(Linkage::Internal));
        let last = sig.params.len() as u32 + 1;
        v.add_attribute(AttributeLoc::Function, self.attr.nounwind);
        if source > 0 {
            v.add_attribute(AttributeLoc::Function, self.attr.inlinehint);
        }
        for a in [self.attr.noalias, self.attr.nonnull] {
            // Nobody else reaches the context or the result slots while the
            // function runs, except signal handlers that set the poll word,
            // which is read as volatile.
            v.add_attribute(AttributeLoc::Param(0), a);
            if !func.results.is_empty() {
                v.add_attribute(AttributeLoc::Param(last), a);
            }
        }
        v.add_attribute(AttributeLoc::Param(0), enum_attribute(self.context, "dereferenceable", 16));
        self.sources[source].functions[f.index()] = Some(v);
        self.queue.push((source, f));
        v
    }

    /// How to call an import of a source: a copy of the callee inside this
    /// module while the budget lasts, else through its entry cell.
    pub fn import(&mut self, source: usize, i: Import) -> Callee<'ctx> {
        if let Some(c) = self.sources[source].imports[i.index()] {
            return c;
        }
        let lir = self.sources[source].lir.clone();
        let data = &lir.imports[i.index()];
        let callee = match data.module.get() {
            Some(module) if self.affordable(module) => {
                let s = self.source(module.clone());
                Callee::Known(self.function(s, FuncId(0)))
            }
            _ => Callee::Cell(std::ptr::from_ref(&data.entry.direct) as u64),
        };
        self.sources[source].imports[i.index()] = Some(callee);
        callee
    }

    fn affordable(&mut self, module: &Arc<Lir>) -> bool {
        if self.sources.iter().any(|s| Arc::ptr_eq(&s.lir, module)) {
            return true;
        }
        let cost: usize = module.funcs.iter().map(|f| f.insts.len()).sum();
        if cost == 0 || cost > self.budget {
            return false;
        }
        self.budget -= cost;
        true
    }

    /// Can a call in `f` come back to `f`? Then it checks the stack.
    pub fn may_recurse(&mut self, source: usize, f: FuncId) -> bool {
        let mut seen = HashSet::new();
        let mut work = vec![(source, f)];
        while let Some((s, g)) = work.pop() {
            let lir = self.sources[s].lir.clone();
            for inst in lir.funcs[g.index()].insts.iter().filter(|i| i.op == Op::Call) {
                let next = match inst.aux {
                    Aux::Func(callee) => (s, callee),
                    Aux::Import(i) => match self.import(s, i) {
                        Callee::Cell(_) => return true,
                        Callee::Known(_) => match lir.imports[i.index()].module.get() {
                            Some(m) => (self.source(m.clone()), FuncId(0)),
                            None => return true,
                        },
                    },
                    _ => continue,
                };
                if next == (source, f) {
                    return true;
                }
                if seen.insert(next) {
                    work.push(next);
                }
            }
        }
        false
    }

    /// Declaration of a runtime symbol.
    pub fn symbol(&mut self, s: &Symbol) -> FunctionValue<'ctx> {
        if let Some(f) = self.symbols.get(s.name) {
            return *f;
        }
        let f = self.module.add_function(s.name, self.ty.c_function(&s.sig), Some(Linkage::External));
        f.add_attribute(AttributeLoc::Function, self.attr.nounwind);
        if s.pure_fn {
            for a in self.attr.pure_call {
                f.add_attribute(AttributeLoc::Function, a);
            }
        }
        // The C ABI wants narrow integers extended; the table's functions
        // take bool and signed narrow types.
        for (n, t) in s.sig.params.iter().enumerate() {
            let a = match t {
                Ty::I1 => self.attr.zeroext,
                Ty::I8 | Ty::I16 => self.attr.signext,
                _ => continue,
            };
            f.add_attribute(AttributeLoc::Param(n as u32), a);
        }
        self.symbols.insert(s.name.to_owned(), f);
        f
    }

    /// Declaration of a runtime function that lowering itself calls: it only
    /// touches the context.
    pub fn service(&mut self, name: &'static str, sig: &Signature) -> FunctionValue<'ctx> {
        if let Some(f) = self.symbols.get(name) {
            return *f;
        }
        let f = self.module.add_function(name, self.ty.c_function(sig), Some(Linkage::External));
        for a in [self.attr.nounwind, self.attr.cold, self.attr.context_only] {
            f.add_attribute(AttributeLoc::Function, a);
        }
        self.symbols.insert(name.to_owned(), f);
        f
    }

    /// Declares the vector forms of a math function and gives the attribute
    /// that maps a call to them; `None` when there are none.
    pub fn vector_variants(&mut self, scalar: &str, approximate: bool) -> Option<Attribute> {
        let variants = libm::variants(scalar, approximate, self.features);
        for v in &variants {
            if !self.symbols.contains_key(&v.symbol) {
                let element: BasicTypeEnum = self.ty.of(if v.single { Ty::F32 } else { Ty::F64 });
                let vector = element.into_float_type().vec_type(v.lanes);
                let f = self.pure_function(&v.symbol, vector.fn_type(&vec![vector.into(); v.params], false));
                self.symbols.insert(v.symbol.clone(), f);
            }
        }
        let mappings: Vec<&str> = variants.iter().map(|v| v.mapping.as_str()).collect();
        (!mappings.is_empty()).then(|| self.vector_attribute(&mappings))
    }

    /// Declares a function of its arguments alone.
    pub fn pure_function(&self, name: &str, ty: FunctionType<'ctx>) -> FunctionValue<'ctx> {
        let f = self.module.add_function(name, ty, Some(Linkage::External));
        f.add_attribute(AttributeLoc::Function, self.attr.nounwind);
        for a in self.attr.pure_call {
            f.add_attribute(AttributeLoc::Function, a);
        }
        f
    }

    /// The attribute that tells the vectoriser of a call's vector forms.
    pub fn vector_attribute(&self, mappings: &[&str]) -> Attribute {
        self.context.create_string_attribute("vector-function-abi-variant", &mappings.join(","))
    }

    /// Conditional branch; `cold_then` tells which side hardly ever runs.
    pub fn branch(&self, c: IntValue<'ctx>, then: BasicBlock<'ctx>, other: BasicBlock<'ctx>, cold_then: Option<bool>) -> Result<()> {
        let br = self.builder.build_conditional_branch(c, then, other)?;
        if let Some(cold_then) = cold_then {
            let weights = if cold_then { [1, 4000] } else { [4000, 1] };
            let w = weights.map(|n| BasicMetadataValueEnum::from(self.ty.i32.const_int(n, false)));
            let c = self.context;
            br.set_metadata(c.metadata_node(&[c.metadata_string("branch_weights").into(), w[0], w[1]]), self.prof_kind)?;
        }
        Ok(())
    }

    /// Declaration of an intrinsic for one type.
    pub fn intrinsic(&mut self, name: &'static str, t: Ty) -> Result<FunctionValue<'ctx>> {
        if let Some(f) = self.intrinsics.get(&(name, t)) {
            return Ok(*f);
        }
        let f = Intrinsic::find(name)
            .and_then(|i| i.get_declaration(&self.module, &[self.ty.of(t)]))
            .ok_or_else(|| LlvmError(format!("no intrinsic {name} for {}", t.text())))?;
        self.intrinsics.insert((name, t), f);
        Ok(f)
    }

    /// More than one LIR function takes part.
    pub fn has_calls(&self) -> bool {
        self.sources.iter().flat_map(|s| s.functions.iter()).flatten().count() > 1
    }

    /// Names of every outside function the module may refer to.
    pub fn outside(&self) -> impl Iterator<Item = &str> {
        self.symbols.keys().map(String::as_str)
    }

    /// `NativeEntry`: unpacks the argument slots and calls `direct`.
    fn wrapper(&mut self, name: &str, direct: FunctionValue<'ctx>, sig: &Signature) -> Result<()> {
        let p = self.ty.ptr.into();
        let f = self.module.add_function(name, self.ty.i32.fn_type(&[p, p, p], false), Some(Linkage::External));
        f.add_attribute(AttributeLoc::Function, self.attr.nounwind);
        let b = &self.builder;
        b.position_at_end(self.context.append_basic_block(f, "entry"));
        let param = |n| f.get_nth_param(n).ok_or("parameter");
        let slots = param(1)?.into_pointer_value();
        let mut args: Vec<BasicMetadataValueEnum> = vec![param(0)?.into()];
        for (n, t) in sig.params.iter().enumerate() {
            let slot = super::raw::offset(b, &self.ty, slots, n as i64 * 8)?;
            args.push(super::function::load_slot(b, &self.ty, *t, slot)?.into());
        }
        args.push(param(2)?.into());
        let call = b.build_direct_call(direct, &args, "")?;
        call.set_tail_call(true);
        call.add_attribute(AttributeLoc::Function, self.attr.noinline);
        let status = call.try_as_basic_value().basic().ok_or("call without value")?;
        b.build_return(Some(&status))?;
        Ok(())
    }
}
