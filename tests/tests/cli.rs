//! The command line, seen from outside: status, streams, `sys`.

use std::{env, fs, path::PathBuf, time::Duration};

use taipan_tests::binary::{self, Output};

const LIMIT: Duration = Duration::from_secs(30);

fn run(arguments: &[&str], stdin: &str) -> Output {
    let arguments: Vec<String> = arguments.iter().map(|a| a.to_string()).collect();
    binary::run(&env::temp_dir(), &arguments, stdin, LIMIT)
}

/// A file in a folder of this test's own; removed with the folder.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("taipan-cli-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path.to_string_lossy().into_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn statuses_and_streams() {
    // (arguments, stdin, status, stdout, a part of stderr)
    let cases: &[(&[&str], &str, i32, &str, &str)] = &[
        (&["-c", "print(1+1)"], "", 0, "2\n", ""),
        (&["-c", "import sys; sys.exit()"], "", 0, "", ""),
        (&["-c", "import sys; sys.exit(7)"], "", 7, "", ""),
        (&["-c", "import sys; sys.exit(-1)"], "", 255, "", ""),
        (&["-c", "import sys; sys.exit('bye')"], "", 1, "", "bye\n"),
        (&["-c", "raise SystemExit"], "", 0, "", ""),
        (&["-c", "1/0"], "", 1, "", "ZeroDivisionError: division by zero\n"),
        (&["-c", "if"], "", 1, "", "SyntaxError"),
        (&["-c", "import os; os._exit(9)"], "", 9, "", ""),
        (&["-c", "raise KeyboardInterrupt"], "", -2, "", "KeyboardInterrupt"),
        (&["-Z"], "", 2, "", "Unknown option: -Z\nusage: "),
        (&["-c"], "", 2, "", "Argument expected for the -c option"),
        (&["-X", "jit=fast", "-c", "1"], "", 2, "", "expected off, lir, baseline or full"),
        (&["no-such-script.py"], "", 2, "", "[Errno 2] No such file or directory"),
        (&["-m", "no_such_module"], "", 1, "", "No module named no_such_module"),
        (&["-"], "print('in')", 0, "in\n", ""),
        (&[], "print('piped')", 0, "piped\n", ""),
        (&["-c", "import sys; print(sys.stdin.read())"], "text", 0, "text\n", ""),
        (&["-O", "-c", "assert 0; print(__debug__)"], "", 0, "False\n", ""),
        (&["-c", "  x = 1\n  print(x)"], "", 0, "1\n", ""),
        (&["-W", "error", "-c", "import warnings; warnings.warn('w')"], "", 1, "", "UserWarning: w"),
        (&["-c", "import sys, atexit; atexit.register(print, 'end'); sys.exit(3)"], "", 3, "end\n", ""),
        (&["-c", "import threading, time\nthreading.Thread(target=lambda: (time.sleep(.05), print('t'))).start()"], "", 0, "t\n", ""),
        (&["-c", "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\nprint('m')"], "", 0, "m\n", ""),
        (&["-c", "class A:\n def __del__(self): print('gone')\na = A()"], "", 0, "gone\n", ""),
        (&["-c", "def g():\n try: yield\n finally: print('closed')\nx = g(); next(x)"], "", 0, "closed\n", ""),
    ];
    for (arguments, stdin, status, stdout, stderr) in cases {
        let output = run(arguments, stdin);
        assert_eq!(output.status, *status, "{arguments:?}: {}", output.stderr);
        assert_eq!(output.stdout, *stdout, "{arguments:?}");
        let fits = if stderr.is_empty() { output.stderr.is_empty() } else { output.stderr.contains(stderr) };
        assert!(fits, "{arguments:?}: {}", output.stderr);
    }
}

#[test]
fn sys_says_how_the_program_was_started() {
    let scratch = Scratch::new("sys");
    let show = "import sys; print(sys.argv[1:], __name__, sys.path[0], globals().get('__file__'))";
    let script = scratch.write("show.py", show);
    let folder = scratch.0.canonicalize().unwrap().to_string_lossy().into_owned();
    let output = run(&[&script, "-x", "é"], "");
    assert_eq!(output.stdout, format!("['-x', 'é'] __main__ {folder} {script}\n"));

    let output = run(&["-P", &script], "");
    assert!(!output.stdout.contains(&format!("__main__ {folder} ")), "{}", output.stdout);

    let output = run(&["-c", show, "a"], "");
    assert_eq!(output.stdout, "['a'] __main__  None\n");

    let main = scratch.write("app/__main__.py", show);
    let app = scratch.0.join("app").to_string_lossy().into_owned();
    let output = run(&[&app, "b"], "");
    assert_eq!(output.stdout, format!("['b'] __main__ {app} {main}\n"));

    fs::create_dir_all(scratch.0.join("empty")).unwrap();
    let output = run(&[&scratch.0.join("empty").to_string_lossy()], "");
    assert_eq!(output.status, 1);
    assert!(output.stderr.contains("can't find '__main__' module in"), "{}", output.stderr);
}

#[test]
fn tracebacks_show_the_lines_of_the_script() {
    let scratch = Scratch::new("tracebacks");
    let script = scratch.write("fail.py", "def f(x):\n    return 1 / x\n\nf(0)\n");
    let output = run(&[&script], "");
    let expected = format!(
        "Traceback (most recent call last):\n  \
           File \"{script}\", line 4, in <module>\n    f(0)\n    ~^^^\n  \
           File \"{script}\", line 2, in f\n    return 1 / x\n           ~~^~~\n\
         ZeroDivisionError: division by zero\n"
    );
    assert_eq!((output.status, output.stderr), (1, expected));

    let script = scratch.write("latin.py", b"x = 1\nprint('\xe9')\n");
    let output = run(&[&script], "");
    assert_eq!(output.status, 1);
    assert!(output.stderr.contains("SyntaxError: Non-UTF-8 code starting with '\\xe9'"), "{}", output.stderr);

    let script = scratch.write("cookie.py", b"# coding: latin-1\nprint('\xe9')\n");
    assert_eq!(run(&[&script], "").stdout, "é\n");
}

#[test]
fn files_left_open_are_written_at_the_end() {
    let scratch = Scratch::new("files");
    let target = scratch.0.join("out.txt");
    let text = format!("f = open({:?}, 'w'); f.write('kept')", target.to_string_lossy());
    assert_eq!(run(&["-c", &text], "").status, 0);
    assert_eq!(fs::read_to_string(target).unwrap(), "kept");
}

#[test]
fn the_prompt_reads_blocks_and_survives_errors() {
    let typed = "x = 20\nx + 1\n_ * 2\nif x:\n    print('block')\n\ndef f(a,\n      b):\n    return a + b\n\n\
                 f(1, 2)\n1/0\ns = '''p\n\nq'''\ns\nfor i in range(2): print(i)\n\nexit(4)\n";
    let output = run(&["-i", "-q"], typed);
    assert_eq!(output.stdout, "21\n42\nblock\n3\n'p\\n\\nq'\n0\n1\n");
    assert_eq!(output.status, 4);
    assert!(output.stderr.contains("ZeroDivisionError"), "{}", output.stderr);

    let typed = "@staticmethod\ndef g(x):\n    return x\n\ntype(g)\ndef f():\n    try:\n        return 1\n    finally:\n        \
                 print(2)\n\nf()\ntry:\n    1/0\nexcept ZeroDivisionError:\n    print('caught')\n\ntry:\n    1\n\n3\n";
    let output = run(&["-i", "-q"], typed);
    assert_eq!(output.stdout, "<class 'staticmethod'>\n2\n1\ncaught\n3\n");
    assert!(output.stderr.contains("expected 'except' or 'finally' block"), "{}", output.stderr);

    let output = run(&["-i", "-c", "y = 5; 1/0"], "y\n");
    assert_eq!((output.stdout.as_str(), output.status), ("5\n", 0));
}

#[test]
fn the_version_is_told() {
    let output = run(&["-V"], "");
    assert!(output.stdout.starts_with("Taipan 0.1.0 (Python 3.14."), "{}", output.stdout);
    let help = run(&["--help"], "");
    assert!(help.status == 0 && help.stdout.contains("--jit-stats"));
}

/// What a program that was interrupted shortly after it began left behind.
fn interrupted(text: &str) -> std::process::Output {
    let mut child = std::process::Command::new(binary::path())
        .args(["-u", "-c", &format!("print('on')\n{text}")])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 3];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut first).unwrap();
    // Long enough for a loop to be compiled.
    std::thread::sleep(Duration::from_millis(100));
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    child.wait_with_output().unwrap()
}

#[test]
fn a_script_may_be_a_pipe() {
    let scratch = Scratch::new("pipe");
    let pipe = scratch.0.join("script").to_string_lossy().into_owned();
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let target = pipe.clone();
    let writer = std::thread::spawn(move || fs::write(target, "print(__file__)\n"));
    let output = run(&[&pipe], "");
    assert_eq!(output.stdout, format!("{pipe}\n"), "{}", output.stderr);
    writer.join().unwrap().unwrap();
}

#[test]
fn an_interrupt_ends_the_program() {
    let sleeper = "import threading, time\nt = threading.Thread(target=time.sleep, args=(60,), daemon=True); t.start()\n";
    for text in [
        "while True: pass",
        "import time; time.sleep(60)",
        "t = 0\nfor i in range(10**15): t += i & 7",
        "import threading; threading.Event().wait()",
        "import threading; threading.Event().wait(60)",
        "import threading; l = threading.Lock(); l.acquire(); l.acquire()",
        "import threading; c = threading.Condition()\nwith c: c.wait()",
        "import queue; queue.Queue().get()",
        &format!("{sleeper}t.join()"),
        &format!("{sleeper}t.join(60)"),
    ] {
        let output = interrupted(text);
        use std::os::unix::process::ExitStatusExt;
        assert_eq!(output.status.signal(), Some(2), "{text}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.ends_with("KeyboardInterrupt\n"), "{text}: {stderr}");
    }
}

#[test]
fn an_interrupt_ends_the_wait_for_threads_at_the_end() {
    let output = interrupted("import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("KeyboardInterrupt"), "{stderr}");
}

#[test]
fn an_abort_of_the_program_itself_stays_one() {
    assert_eq!(run(&["-c", "import os; os.abort()"], "").status, -6);
    assert_eq!(run(&["-c", "import os; os.kill(os.getpid(), 6)"], "").status, -6);
}

/// What `program` prints with these variables of the environment.
fn printed(program: &str, variables: &[(&str, &str)]) -> String {
    let mut command = std::process::Command::new(binary::path());
    command
        .args(["-c", program])
        .current_dir(env::temp_dir())
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONUSERBASE")
        .envs(variables.iter().copied())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let output = binary::finish(command, "", LIMIT);
    output.stdout + &output.stderr
}

#[test]
fn customization_and_installed_packages_are_found() {
    let scratch = Scratch::new("site");
    let folder = scratch.0.to_string_lossy().into_owned();
    scratch.write("custom/sitecustomize.py", "print('customized')");
    let custom = format!("{folder}/custom");
    assert_eq!(printed("print(1)", &[("PYTHONPATH", &custom)]), "customized\n1\n");
    // Neither the script's own folder nor what a program puts on the path is
    // looked through, even if `site` runs late.
    let late = format!("import sys; sys.path.insert(0, {custom:?}); import site; site.main; print(sys.path[0])");
    assert_eq!(printed(&late, &[]), format!("{custom}\n"));

    let packages = printed("import site; print(site.getusersitepackages())", &[("PYTHONUSERBASE", &folder)]);
    let inside = packages.trim().strip_prefix(&format!("{folder}/")).unwrap();
    scratch.write(&format!("{inside}/installed.py"), "x = 5");
    scratch.write(&format!("{inside}/more.pth"), "import sys; sys.marked = True\n");
    let program = "import sys, installed; print(installed.x, sys.marked)";
    assert_eq!(printed(program, &[("PYTHONUSERBASE", &folder)]), "5 True\n");
    // Entries that are not absolute become so.
    let relative = printed("import sys; print('./custom' in sys.path)", &[("PYTHONPATH", "./custom")]);
    assert_eq!(relative, "False\n");
}
