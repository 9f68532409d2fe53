//! Every program in `tests/diff` gives the same output under every engine,
//! and so do generated ones.

use std::path::Path;
use taipan_tests::differential::disagreements;

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/diff"))
}

fn check(name: &str) {
    let wrong = disagreements(&folder().join(name));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

macro_rules! programs {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                check(concat!(stringify!($name), ".py"));
            }
        )*

        #[test]
        fn every_program_has_a_test() {
            let listed = [$(concat!(stringify!($name), ".py")),*];
            for entry in std::fs::read_dir(folder()).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                assert!(!name.ends_with(".py") || listed.contains(&&*name), "{name} is not run");
            }
        }
    };
}

programs! { scalars control_flow iterators exceptions arrays mathematics text lists language try_blocks parallel generated }
