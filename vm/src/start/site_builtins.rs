//! The module `_sitebuiltins`: what `exit`, `quit`, `copyright`, `credits`,
//! `license` and `help` are made of.
//!
//! Native, because every program starts with these six objects, and hardly one
//! uses them.

pub(crate) use _sitebuiltins::{Helper, Printer, Quitter, module_def};

#[rustpython_vm::pymodule(name = "_sitebuiltins")]
mod _sitebuiltins {
    use rustpython_vm::{
        FromArgs, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
        builtins::PyType,
        common::lock::PyRwLock,
        function::{FuncArgs, OptionalArg},
        pyclass,
        types::{Callable, Constructor, Representable},
    };

    /// Lines that [`Printer`] shows at a time.
    const PAGE: usize = 23;

    /// `exit` and `quit`: how to leave is what they print, leaving what they do.
    #[pyattr]
    #[pyclass(name = "Quitter", module = "_sitebuiltins")]
    #[derive(Debug, PyPayload)]
    pub struct Quitter {
        name: PyRwLock<PyObjectRef>,
        eof: PyRwLock<PyObjectRef>,
    }

    impl Quitter {
        /// `name` is what the user calls it, `eof` the key that does the same.
        pub fn new(name: PyObjectRef, eof: PyObjectRef) -> Self {
            Quitter { name: PyRwLock::new(name), eof: PyRwLock::new(eof) }
        }
    }

    #[derive(FromArgs)]
    pub struct QuitterArgs {
        #[pyarg(any)]
        name: PyObjectRef,
        #[pyarg(any)]
        eof: PyObjectRef,
    }

    impl Constructor for Quitter {
        type Args = QuitterArgs;

        fn py_new(_class: &Py<PyType>, args: QuitterArgs, _vm: &VirtualMachine) -> PyResult<Self> {
            Ok(Quitter::new(args.name, args.eof))
        }
    }

    #[derive(FromArgs)]
    pub struct QuitterCall {
        #[pyarg(any, optional)]
        code: OptionalArg<PyObjectRef>,
    }

    impl Callable for Quitter {
        type Args = QuitterCall;

        fn call(_zelf: &Py<Self>, args: QuitterCall, vm: &VirtualMachine) -> PyResult {
            // A shell that catches SystemExit ends when its input does.
            if let Ok(stdin) = vm.sys_module.get_attr("stdin", vm) {
                let _ = vm.call_method(&stdin, "close", ());
            }
            let code = args.code.into_option().unwrap_or_else(|| vm.ctx.none());
            Err(vm.new_system_exit(vec![code].into()))
        }
    }

    impl Representable for Quitter {
        fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
            let name = zelf.name.read().str(vm)?;
            let eof = zelf.eof.read().str(vm)?;
            Ok(format!("Use {name}() or {eof} to exit"))
        }
    }

    #[pyclass(with(Constructor, Callable, Representable), flags(BASETYPE, HAS_DICT))]
    impl Quitter {
        #[pygetset]
        fn name(zelf: &Py<Self>) -> PyObjectRef {
            zelf.name.read().clone()
        }

        #[pygetset(setter)]
        fn set_name(zelf: &Py<Self>, value: PyObjectRef) {
            *zelf.name.write() = value;
        }

        #[pygetset]
        fn eof(zelf: &Py<Self>) -> PyObjectRef {
            zelf.eof.read().clone()
        }

        #[pygetset(setter)]
        fn set_eof(zelf: &Py<Self>, value: PyObjectRef) {
            *zelf.eof.write() = value;
        }
    }

    /// `copyright`, `credits` and `license`: a text, shown a page at a time.
    #[pyattr]
    #[pyclass(name = "_Printer", module = "_sitebuiltins")]
    #[derive(Debug, PyPayload)]
    pub struct Printer {
        name: String,
        text: String,
        /// The first of these that can be read takes the place of the text.
        files: Vec<String>,
    }

    impl Printer {
        /// A printer of `text`, or of the first of `files` that can be read.
        pub fn new(name: &str, text: String, files: Vec<String>) -> Self {
            Printer { name: name.to_owned(), text, files }
        }

        fn lines(&self) -> Vec<String> {
            let read = self.files.iter().find_map(|file| std::fs::read_to_string(file).ok());
            let text = read.filter(|text| !text.is_empty()).unwrap_or_else(|| self.text.clone());
            text.split('\n').map(str::to_owned).collect()
        }
    }

    #[derive(FromArgs)]
    pub struct PrinterArgs {
        #[pyarg(any)]
        name: PyObjectRef,
        #[pyarg(any)]
        data: PyObjectRef,
        #[pyarg(any, optional)]
        files: OptionalArg<PyObjectRef>,
        #[pyarg(any, optional)]
        dirs: OptionalArg<PyObjectRef>,
    }

    impl Constructor for Printer {
        type Args = PrinterArgs;

        fn py_new(_class: &Py<PyType>, args: PrinterArgs, vm: &VirtualMachine) -> PyResult<Self> {
            let names = |list: OptionalArg<PyObjectRef>| match list {
                OptionalArg::Present(list) => list.try_into_value::<Vec<String>>(vm),
                OptionalArg::Missing => Ok(Vec::new()),
            };
            let files = names(args.files)?;
            let directories = names(args.dirs)?;
            let paths = directories.iter().flat_map(|directory| {
                files.iter().map(move |file| format!("{}/{file}", directory.trim_end_matches('/')))
            });
            let name = args.name.str(vm)?.to_string();
            let text = args.data.str(vm)?.to_string();
            Ok(Printer::new(&name, text, paths.collect()))
        }
    }

    /// Asks until the answer is yes (nothing) or no (q).
    fn wants_more(input: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
        loop {
            let prompt = "Hit Return for more, or q (and Return) to quit: ";
            match input.call((prompt,), vm)?.str(vm)?.to_string().as_str() {
                "" => return Ok(true),
                "q" => return Ok(false),
                _ => {}
            }
        }
    }

    impl Callable for Printer {
        type Args = ();

        fn call(zelf: &Py<Self>, _args: (), vm: &VirtualMachine) -> PyResult {
            let lines = zelf.lines();
            let print = vm.builtins.get_attr("print", vm)?;
            let input = vm.builtins.get_attr("input", vm)?;
            for (number, page) in lines.chunks(PAGE).enumerate() {
                // The next page comes if the user wants it.
                if number > 0 && !wants_more(&input, vm)? {
                    break;
                }
                for line in page {
                    print.call((line.as_str(),), vm)?;
                }
            }
            Ok(vm.ctx.none())
        }
    }

    impl Representable for Printer {
        fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
            let lines = zelf.lines();
            if lines.len() <= PAGE {
                return Ok(lines.join("\n"));
            }
            let name = &zelf.name;
            Ok(format!("Type {name}() to see the full {name} text"))
        }
    }

    #[pyclass(with(Constructor, Callable, Representable), flags(BASETYPE, HAS_DICT))]
    impl Printer {}

    /// `help`: the help of `pydoc`, imported when it is asked for.
    #[pyattr]
    #[pyclass(name = "_Helper", module = "_sitebuiltins")]
    #[derive(Debug, PyPayload)]
    pub struct Helper;

    impl Constructor for Helper {
        type Args = ();

        fn py_new(_class: &Py<PyType>, _args: (), _vm: &VirtualMachine) -> PyResult<Self> {
            Ok(Helper)
        }
    }

    impl Callable for Helper {
        type Args = FuncArgs;

        fn call(_zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
            vm.import("pydoc", 0)?.get_attr("help", vm)?.call(args, vm)
        }
    }

    impl Representable for Helper {
        fn repr_str(_zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
            Ok("Type help() for interactive help, or help(object) for help about object.".to_owned())
        }
    }

    /// The builtin help: called with an object it tells what is known of it,
    /// called without it answers questions until it is left.
    #[pyclass(with(Constructor, Callable, Representable), flags(BASETYPE, HAS_DICT))]
    impl Helper {}
}
