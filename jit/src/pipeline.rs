//! From Python functions and loops to machine code: the order of the passes,
//! and the table of what is compiled.
//!
//! One thread compiles at a time. Specialisations enter the table together,
//! when everything that they call is compiled too, so that whoever finds one
//! may call it. A recursive group of functions is typed with what its members'
//! return types are known to be so far, until nothing changes.

use crate::baseline::{self, CompiledCode};
use crate::error::{Audience, CompileError};
use crate::hir::build::{nopython, ordinary as ordinary_build};
use crate::hir::infer::{Calls, infer};
use crate::hir::passes::{fuse::fuse, inline::inline_closures, parallel::find_parallel};
use crate::hir::simplify::split_tuple_params;
use crate::hir::types::Type;
use crate::hir::value::JitFunction;
use crate::hir::{self, verify};
use crate::lir::{ImportData, Module, Signature};
use crate::lower::{self, Callee, Callees};
use crate::options::{self, DumpKind, TierMode};
use crate::ordinary::{CompiledLoop, LoopRequest, NotCompiled};
use crate::specialisation::Specialisation;
use crate::timing::{self, Pass};
use crate::unit::EntryCell;
use crate::{abi, dump, interpreted, stats, tier};
use parking_lot::ReentrantMutex;
use std::collections::HashMap;
use std::fmt::Display;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, RwLock};
use std::time::Instant;

/// A compiled function that nothing frees: code and callers live as long as
/// the process.
static CODE: Mutex<Vec<CompiledCode>> = Mutex::new(Vec::new());

type Table = HashMap<u64, Vec<Arc<Specialisation>>>;
static TABLE: LazyLock<RwLock<Table>> = LazyLock::new(Default::default);
/// Held while compiling. Re-entrant: what a function's names mean is found out
/// by the interpreter, which may run Python code that calls jitted functions.
static COMPILER: ReentrantMutex<()> = ReentrantMutex::new(());

/// The compiled specialisation of `f` for these argument types, if there is one.
pub fn lookup(f: &dyn JitFunction, args: &[Type]) -> Option<Arc<Specialisation>> {
    let table = TABLE.read().unwrap_or_else(|e| e.into_inner());
    table.get(&f.id())?.iter().find(|s| s.arg_types == args).cloned()
}

/// `f` compiled for these argument types, with everything that it calls.
/// Types are those of the parameters in order, `*args` as one tuple.
///
/// # Errors
/// See [`CompileError`]; nothing is kept of a failed compilation.
pub fn specialise(f: &Arc<dyn JitFunction>, args: &[Type]) -> Result<Arc<Specialisation>, CompileError> {
    if let Some(s) = lookup(&**f, args) {
        return Ok(s);
    }
    let _compiling = COMPILER.lock();
    let mut session = Session::default();
    let wanted = session.typed(f, args)?;
    // Lowering a function may type more of them.
    while let Some(job) = session.waiting.pop() {
        let unit = nopython_unit(job, &mut session)?;
        session.ready.push(unit);
    }
    session.publish();
    Ok(wanted)
}

/// The typed HIR of a function that was compiled for these types, made again
/// for people to read.
///
/// # Errors
/// As for [`specialise`].
pub fn typed(f: &dyn JitFunction, args: &[Type]) -> Result<hir::Func, CompileError> {
    let _compiling = COMPILER.lock();
    let mut session = Session::default();
    session.active.push(Active::new(f, args, 0));
    let func = nopython_hir(f, args, &mut session)?;
    // They were told when the function was compiled.
    take_warnings();
    func.ok_or_else(|| CompileError::bug(format!("{} is typed only provisionally", f.name())))
}

/// The warnings of compiling (why a prange loop is sequential), once each.
pub fn take_warnings() -> Vec<String> {
    std::mem::take(&mut WARNINGS.lock().unwrap_or_else(|e| e.into_inner()))
}

static WARNINGS: Mutex<Vec<String>> = Mutex::new(Vec::new());

// ---------------------------------------------------------------- recipes

/// Bytecode to typed HIR. `None`: typed only provisionally, because a
/// function further out in the recursion is not finished.
fn nopython_hir(f: &dyn JitFunction, args: &[Type], calls: &mut Session) -> Result<Option<hir::Func>, CompileError> {
    let (code, outside, options) = (f.code(), f.outside(), f.options());
    show(DumpKind::Bytecode, &code.qualname, || code.listing());
    let source = nopython::Source { code: &code, outside: &*outside, options, free_as_params: false };
    let mut func = timing::run(Pass::Hir, || nopython::build(&source))?;
    split_tuple_params(&mut func, args);
    timing::run(Pass::Inline, || inline_closures(&mut func, &*outside))?;
    timing::run(Pass::Infer, || infer(&mut func, args, &*outside, calls))?;
    if calls.provisional() {
        calls.note_return(&func.return_type);
        return Ok(None);
    }
    if options.parallel && timing::enabled(Pass::Parallel) {
        let warnings = timing::run(Pass::Parallel, || find_parallel(&mut func));
        WARNINGS.lock().unwrap_or_else(|e| e.into_inner()).extend(warnings);
    }
    if timing::enabled(Pass::Fuse) {
        timing::run(Pass::Fuse, || fuse(&mut func));
    }
    check_hir(&func)?;
    show(DumpKind::Hir, &func.name, || &func);
    Ok(Some(func))
}

/// Typed HIR to baseline code; LLVM follows in the background once published.
fn nopython_unit(job: Job, session: &mut Session) -> Result<Ready, CompileError> {
    let Job { spec, func } = job;
    let mut callees = Resolver { session, own: spec.clone() };
    let module = timing::run(Pass::Lower, || lower::lower(&func, &mut callees))?;
    let module = finish_lir(module, &func.name)?;
    let code = emit(&module, &func.name, spec.unit, &spec.entry)?;
    Ok(Ready { spec, name: func.name.to_string(), module, code })
}

/// LIR passes between lowering and the back ends.
fn finish_lir(mut module: Module, name: &str) -> Result<Arc<Module>, CompileError> {
    crate::lir::passes::finish(&mut module);
    if cfg!(debug_assertions) || timing::enabled(Pass::Verify) {
        timing::run(Pass::Verify, || crate::lir::verify::verify(&module))
            .map_err(|e| CompileError::bug(format!("invalid LIR: {e}")))?;
    }
    show(DumpKind::Lir, name, || &module);
    Ok(Arc::new(module))
}

/// Baseline code of a module.
fn emit(module: &Arc<Module>, name: &str, unit: u64, cell: &EntryCell) -> Result<CompiledCode, CompileError> {
    let start = Instant::now();
    let code = timing::run(Pass::Baseline, || match options::get().tier {
        TierMode::Lir => baseline::compile(&interpreted::wrap(module), unit, cell),
        _ => baseline::compile(module, unit, cell),
    })
        .map_err(|e| CompileError::bug(format!("no machine code for {name}: {e}")))?;
    stats::baseline(unit, start.elapsed(), code.bytes().len() as u64);
    dump::print(DumpKind::Asm, name, Some("baseline"), || code.disassemble());
    Ok(code)
}

/// Compiles a loop of ordinary code for the kinds its variables have.
///
/// # Errors
/// Why it is not worth it, or not possible.
pub fn compile_loop(request: &LoopRequest) -> Result<CompiledLoop, NotCompiled> {
    // Never wait here: the interpreter is in the middle of a loop, perhaps one
    // that the compiler itself had to run.
    let Some(_compiling) = COMPILER.try_lock() else {
        return Err(NotCompiled { reason: "the compiler is busy".into(), permanent: false });
    };
    let gap = |e: CompileError| NotCompiled { reason: e.message.clone(), permanent: true };
    let code = &request.code;
    let name = format!("{}:{}", code.qualname, request.info.line);
    show(DumpKind::Bytecode, &name, || code.listing());
    let built = timing::run(Pass::Hir, || ordinary_build::build(request))?;
    let func = built.func;
    check_hir(&func).map_err(gap)?;
    show(DumpKind::Hir, &name, || &func);
    let lowered = timing::run(Pass::Lower, || lower::lower_loop(&func)).map_err(gap)?;
    let module = finish_lir(lowered.module, &name).map_err(gap)?;
    let (unit, entry) = (tier::reserve(), Arc::new(EntryCell::default()));
    let machine = emit(&module, &name, unit, &entry).map_err(gap)?;
    machine.install(&entry);
    keep(machine);
    tier::publish(unit, &name, module, entry.clone());
    Ok(CompiledLoop {
        variables: request.info.variables.clone(),
        kinds: request.kinds.clone(),
        stack: request.stack.clone(),
        exits: lowered.exits,
        result_slots: lowered.result_slots,
        entry,
        unit,
        assumed: built.assumed,
        numpy: built.numpy,
    })
}

fn check_hir(f: &hir::Func) -> Result<(), CompileError> {
    if cfg!(debug_assertions) || timing::enabled(Pass::Verify) {
        verify::verify(f).map_err(|e| CompileError::bug(format!("invalid HIR: {e}")).at(&f.file, &f.name, f.first_line))?;
    }
    Ok(())
}

fn keep(code: CompiledCode) {
    CODE.lock().unwrap_or_else(|e| e.into_inner()).push(code);
}

fn show<T: Display>(kind: DumpKind, name: &str, text: impl FnOnce() -> T) {
    dump::print(kind, name, None, text);
}

// ---------------------------------------------------------------- a session

/// Most functions being typed at once, each called by the one before: a
/// recursion that never repeats its argument types ends here.
const DEEPEST: usize = 200;

/// A typed function that waits for its code.
struct Job {
    spec: Arc<Specialisation>,
    func: hir::Func,
}

/// A compiled function, not published yet.
struct Ready {
    spec: Arc<Specialisation>,
    name: String,
    module: Arc<Module>,
    code: CompiledCode,
}

/// A function that is being typed.
struct Active {
    function: u64,
    args: Vec<Type>,
    /// Return type that a signature declares.
    declared: Option<Type>,
    /// Return type as far as it is known.
    found: Type,
    /// Outermost active function that its type depends on.
    depends: usize,
}

impl Active {
    fn new(f: &dyn JitFunction, args: &[Type], depends: usize) -> Active {
        let declared = f.declared_return(args);
        let found = declared.clone().unwrap_or(Type::Unknown);
        Active { function: f.id(), args: args.to_vec(), declared, found, depends }
    }
}

/// One compilation from outside: a function and all it needs.
#[derive(Default)]
struct Session {
    active: Vec<Active>,
    /// Everything typed in this session, by function.
    typed: Vec<(u64, Arc<Specialisation>)>,
    waiting: Vec<Job>,
    ready: Vec<Ready>,
    /// A limit was met. Every caller would try again in each of its rounds:
    /// nothing more is compiled.
    hopeless: Option<CompileError>,
    /// What could not be typed, whatever its callers become: a chain of
    /// failing calls is not tried again in each round of each caller.
    failed: Vec<(u64, Vec<Type>, CompileError)>,
}

impl Session {
    fn find(&self, f: &dyn JitFunction, args: &[Type]) -> Option<Arc<Specialisation>> {
        let here = self.typed.iter().find(|(id, s)| *id == f.id() && s.arg_types == args);
        here.map(|(_, s)| s.clone()).or_else(|| lookup(f, args))
    }

    /// The specialisation with known types; its code may have to wait.
    fn typed(&mut self, f: &Arc<dyn JitFunction>, args: &[Type]) -> Result<Arc<Specialisation>, CompileError> {
        let args = &*f.accepted(args)?;
        if let Some(s) = self.find(&**f, args) {
            return Ok(s);
        }
        match self.type_function(f, args)? {
            Typed::Done(s) => Ok(s),
            Typed::Provisional(_) => Err(CompileError::bug(format!("{} is typed only provisionally", f.name()))),
        }
    }

    fn type_function(&mut self, f: &Arc<dyn JitFunction>, args: &[Type]) -> Result<Typed, CompileError> {
        let own = self.active.len();
        if let Some(e) = &self.hopeless {
            return Err(e.clone());
        }
        if let Some((.., e)) = self.failed.iter().find(|(id, types, _)| *id == f.id() && types == args) {
            return Err(e.clone());
        }
        if own >= DEEPEST {
            let text = format!("calls of functions that are not compiled yet nest more than {DEEPEST} deep at {}()", f.name());
            let note = "Does a recursion call itself with ever new argument types?";
            let e = CompileError::new(Audience::Limit, text).note(note);
            self.hopeless = Some(e.clone());
            return Err(e);
        }
        self.active.push(Active::new(&**f, args, own));
        let result = nopython_hir(&**f, args, self);
        let active = self.active.pop().ok_or_else(|| CompileError::bug("no active function"))?;
        if active.depends < own
            && let Some(outer) = self.active.last_mut()
        {
            outer.depends = outer.depends.min(active.depends);
        }
        if let Err(e) = &result {
            if e.audience == Audience::Limit {
                self.hopeless.get_or_insert_with(|| e.clone());
            }
            if active.depends >= own {
                self.failed.push((f.id(), active.args, e.clone()));
            }
        }
        let Some(func) = result? else { return Ok(Typed::Provisional(active.found)) };
        let mut params = Vec::new();
        args.iter().for_each(|t| abi::flatten_into(t, &mut params));
        let spec = Arc::new(Specialisation {
            arg_types: args.to_vec(),
            return_type: func.return_type.clone(),
            params,
            results: abi::flatten(&func.return_type),
            entry: Arc::new(EntryCell::default()),
            unit: tier::reserve(),
            module: Arc::new(OnceLock::new()),
        });
        self.typed.push((f.id(), spec.clone()));
        self.waiting.push(Job { spec: spec.clone(), func });
        Ok(Typed::Done(spec))
    }

    /// Does the innermost function's type depend on one further out?
    fn provisional(&self) -> bool {
        self.active.last().is_some_and(|a| a.depends + 1 < self.active.len())
    }

    fn note_return(&mut self, t: &Type) {
        if let Some(a) = self.active.last_mut() {
            a.found = t.clone();
        }
    }

    /// Installs all code, then makes the specialisations known.
    fn publish(self) {
        let mut jobs = Vec::new();
        for Ready { spec, name, module, code } in self.ready {
            code.install(&spec.entry);
            keep(code);
            // Set once: the specialisation is new.
            let _ = spec.module.set(module.clone());
            jobs.push((spec, name, module));
        }
        let mut table = TABLE.write().unwrap_or_else(|e| e.into_inner());
        for (id, spec) in self.typed {
            table.entry(id).or_default().push(spec);
        }
        drop(table);
        for (spec, name, module) in jobs {
            tier::publish(spec.unit, &name, module, spec.entry.clone());
        }
    }
}

enum Typed {
    Done(Arc<Specialisation>),
    /// Return type so far, inside a recursion that is not finished.
    Provisional(Type),
}

impl Calls for Session {
    fn return_type(&mut self, f: &Arc<dyn JitFunction>, args: &[Type]) -> Result<Type, CompileError> {
        let args = &*f.accepted(args)?;
        if let Some(s) = self.find(&**f, args) {
            return Ok(s.return_type.clone());
        }
        if let Some(n) = self.active.iter().position(|a| a.function == f.id() && a.args == args) {
            let found = self.active[n].found.clone();
            if let Some(innermost) = self.active.last_mut() {
                innermost.depends = innermost.depends.min(n);
            }
            return Ok(found);
        }
        Ok(match self.type_function(f, args)? {
            Typed::Done(s) => s.return_type.clone(),
            Typed::Provisional(t) => t,
        })
    }

    fn found_return(&mut self, t: &Type) {
        self.note_return(t);
    }

    fn declared_return(&self) -> Option<Type> {
        self.active.last()?.declared.clone()
    }

    fn provisional(&self) -> bool {
        Session::provisional(self)
    }
}

/// Where calls of jitted functions go while one function is lowered.
struct Resolver<'a> {
    session: &'a mut Session,
    own: Arc<Specialisation>,
}

impl Callees for Resolver<'_> {
    fn resolve(&mut self, function: &Arc<dyn JitFunction>, args: &[Type]) -> Result<Callee, CompileError> {
        let spec = self.session.typed(function, args)?;
        if Arc::ptr_eq(&spec, &self.own) {
            return Ok(Callee::Own);
        }
        let sig = Signature { params: spec.params.clone(), results: spec.results.clone() };
        let import =
            ImportData { name: function.name().to_owned(), sig, entry: spec.entry.clone(), module: spec.module.clone() };
        Ok(Callee::Unit { import, params: spec.arg_types.clone(), result: spec.return_type.clone() })
    }
}
