//! From a LIR unit to addresses of machine code.
//!
//! An engine belongs to one thread. Errors leave the unit in its present
//! tier; fatal errors of LLVM go to the thread's hook (see `init`).
//!
//! `unsafe` room: a diagnostics collector is attached to each context and
//! lives longer (declared before it).

use super::assemble::Assembly;
use super::error::{LlvmError, Result};
use super::init::{self, Host};
use super::object;
use super::orc::Linker;
use super::pipeline::Pipeline;
use super::raw::Diagnostics;
use crate::lir::{FuncId, Module as Lir};
use inkwell::OptimizationLevel;
use inkwell::context::Context;
use inkwell::passes::PassBuilderOptions;
use inkwell::targets::{FileType, TargetMachine};
use std::sync::Arc;
use std::time::{Duration, Instant};
use taipan_runtime::ufunc::vector_math::entry;

/// What to compile.
#[derive(Clone, Debug)]
pub struct Request {
    /// For symbols, statistics and the perf map.
    pub name: String,
    pub module: Arc<Lir>,
    pub function: FuncId,
    /// Make a `NativeEntry` too.
    pub uniform: bool,
}

/// Time of each phase.
#[derive(Clone, Copy, Debug, Default)]
pub struct Phases {
    pub build: Duration,
    pub optimise: Duration,
    pub emit: Duration,
    pub link: Duration,
}

impl Phases {
    /// Names and values in order.
    pub fn each(&self) -> [(&'static str, Duration); 4] {
        [("llvm.build", self.build), ("llvm.optimise", self.optimise), ("llvm.emit", self.emit), ("llvm.link", self.link)]
    }
    /// All phases together.
    pub fn total(&self) -> Duration {
        self.build + self.optimise + self.emit + self.link
    }
}

/// Finished code. Addresses stay valid for the life of the process.
#[derive(Clone, Debug)]
pub struct Code {
    /// Entry of the physical form.
    pub direct: *const u8,
    /// `NativeEntry`, if asked for.
    pub uniform: Option<*const u8>,
    /// Name, address, bytes of every function made.
    pub functions: Vec<(String, *const u8, u64)>,
    pub phases: Phases,
}

/// Textual forms for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// LLVM IR as lowered.
    Lowered,
    /// LLVM IR after the pipeline.
    Optimised,
    /// Assembly.
    Assembly,
}

/// One compiler instance.
pub struct Engine {
    host: &'static Host,
    linker: Linker,
    machines: Vec<(OptimizationLevel, TargetMachine)>,
    /// Overrides the recipe (benches).
    pipeline: Option<Pipeline>,
    /// Check every module before optimising it.
    pub verify: bool,
    serial: u64,
}

impl Engine {
    /// Initialises LLVM if that has not happened yet.
    pub fn new() -> Result<Engine> {
        let host = init::init()?;
        Ok(Engine { host, linker: Linker::new()?, machines: Vec::new(), pipeline: None, verify: cfg!(debug_assertions), serial: 0 })
    }

    /// Uses another recipe for every module to come.
    pub fn set_pipeline(&mut self, p: Pipeline) {
        self.pipeline = Some(p);
    }

    /// Host processor as LLVM names it.
    pub fn cpu(&self) -> &str {
        &self.host.cpu
    }

    fn machine(&mut self, level: OptimizationLevel) -> Result<&TargetMachine> {
        let n = match self.machines.iter().position(|(l, _)| *l == level) {
            Some(n) => n,
            None => {
                self.machines.push((level, self.host.machine(level)?));
                self.machines.len() - 1
            }
        };
        Ok(&self.machines[n].1)
    }

    fn assemble<'c>(&mut self, context: &'c Context, r: &Request, direct: &str, uniform: Option<&str>) -> Result<(Assembly<'c>, Pipeline)> {
        let mut asm = Assembly::new(context, &r.name, self.host.features);
        asm.module.set_triple(&inkwell::targets::TargetTriple::create(&self.host.triple));
        let level = self.pipeline.as_ref().map_or(OptimizationLevel::Default, |p| p.level);
        asm.module.set_data_layout(&self.machine(level)?.get_target_data().get_data_layout());
        asm.add(r.module.clone(), r.function, direct, uniform)?;
        if self.verify {
            asm.module.verify().map_err(|e| LlvmError(format!("invalid module: {}\n{}", e.to_string_lossy(), asm.module.print_to_string().to_string_lossy())))?;
        }
        let pipeline = self.pipeline.clone().unwrap_or_else(|| Pipeline::own(asm.has_calls()));
        Ok((asm, pipeline))
    }

    fn optimise(&mut self, asm: &Assembly<'_>, p: &Pipeline) -> Result<()> {
        let machine = self.machine(p.level)?;
        let options = PassBuilderOptions::create();
        options.set_loop_vectorization(true);
        options.set_loop_slp_vectorization(true);
        options.set_loop_interleaving(true);
        options.set_loop_unrolling(true);
        asm.module.run_passes(&p.passes, machine, options)?;
        if asm.define_roots()? {
            let options = PassBuilderOptions::create();
            asm.module.run_passes(super::pipeline::AFTER_ROOTS, machine, options)?;
        }
        asm.module.run_passes(super::pipeline::PREFETCH, machine, PassBuilderOptions::create())?;
        // Last, so that its instructions do not count as work on each line.
        asm.convert_vectors()
    }

    /// Compiles and links.
    pub fn compile(&mut self, r: &Request) -> Result<Code> {
        self.serial += 1;
        let direct = format!("{}#{}", r.name, self.serial);
        let uniform = r.uniform.then(|| format!("{direct}.entry"));
        let mut phases = Phases::default();
        let mut clock = Instant::now();
        let mut lap = || std::mem::replace(&mut clock, Instant::now()).elapsed();

        let diagnostics = Diagnostics::default();
        let context = Context::create();
        // SAFETY: `diagnostics` is dropped after `context`.
        unsafe { diagnostics.attach(&context) };
        let (asm, pipeline) = self.assemble(&context, r, &direct, uniform.as_deref())?;
        phases.build = lap();
        self.optimise(&asm, &pipeline)?;
        phases.optimise = lap();
        let object = self.machine(pipeline.level)?.write_to_memory_buffer(&asm.module, FileType::Object)?;
        diagnostics.check()?;
        phases.emit = lap();

        for name in asm.outside() {
            let row = crate::symbols::row(name).map(|r| r.address);
            if let Some(address) = row.or_else(|| entry::vector(name).map(|v| v.address)) {
                self.linker.define(name, address())?;
            }
        }
        let symbols = object::functions(object.as_slice());
        self.linker.add(object)?;
        let entry = self.linker.lookup(&direct)?;
        let uniform = uniform.map(|n| self.linker.lookup(&n)).transpose()?;
        let home = symbols.iter().find(|s| s.name == direct).map(|s| (s.section, s.offset));
        let functions = symbols
            .into_iter()
            // Sections move independently: only offsets to the entry's hold.
            .filter(|s| home.is_some_and(|(section, _)| section == s.section))
            .map(|s| {
                let delta = s.offset.wrapping_sub(home.map_or(0, |h| h.1)) as usize;
                (s.name, entry.wrapping_add(delta), s.size)
            })
            .collect();
        phases.link = lap();
        Ok(Code { direct: entry, uniform, functions, phases })
    }

    /// A textual form; nothing is linked.
    pub fn text(&mut self, r: &Request, form: Text) -> Result<String> {
        let diagnostics = Diagnostics::default();
        let context = Context::create();
        // SAFETY: `diagnostics` is dropped after `context`.
        unsafe { diagnostics.attach(&context) };
        let (asm, pipeline) = self.assemble(&context, r, &r.name, None)?;
        if form != Text::Lowered {
            self.optimise(&asm, &pipeline)?;
        }
        if form == Text::Assembly {
            let machine = self.machine(pipeline.level)?;
            machine.set_asm_verbosity(false);
            let text = machine.write_to_memory_buffer(&asm.module, FileType::Assembly)?;
            return Ok(String::from_utf8_lossy(text.as_slice()).into_owned());
        }
        Ok(asm.module.print_to_string().to_string_lossy().into_owned())
    }
}
