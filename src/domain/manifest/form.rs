//! The file as it is written: every value with its place. What the values mean is decided in
//! `expand`, which keys there are in `shape`: here unknown ones are passed over, missing ones empty,
//! so that what is right can be read beside what is wrong.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

/// A text with its place.
pub(super) type Text = Spanned<String>;

/// A whole file.
#[derive(Debug, serde::Deserialize)]
pub(super) struct File {
    pub(super) version: Option<Spanned<u64>>,
    pub(super) lagoon: Option<Text>,
    pub(super) project: Option<Text>,
    pub(super) projects: Option<Spanned<Projects>>,
    pub(super) variables: Option<Entries<Spanned<Variable>>>,
    pub(super) tasks: Option<Vec<Spanned<Task>>>,
    pub(super) absent: Option<Vec<Spanned<Absent>>>,
}

/// In place of a text that is missing.
fn missing() -> Text {
    Spanned {
        value: String::new(),
        referenced: Location::UNKNOWN,
        defined: Location::UNKNOWN,
    }
}

/// One task.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Task {
    #[serde(default = "missing")]
    pub(super) name: Text,
    pub(super) environment: Option<Text>,
    pub(super) group: Option<Text>,
    pub(super) system: Option<Spanned<bool>>,
    pub(super) description: Option<Text>,
    pub(super) command: Option<Text>,
    pub(super) command_file: Option<Text>,
    pub(super) image: Option<Text>,
    pub(super) service: Option<Text>,
    pub(super) permission: Option<Text>,
    pub(super) confirm: Option<Text>,
    pub(super) arguments: Option<Vec<Spanned<Argument>>>,
    pub(super) inject_deploy_token: Option<bool>,
    pub(super) inject_project_key: Option<bool>,
    pub(super) admin_only: Option<bool>,
}

/// One argument of a task.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Argument {
    #[serde(default = "missing")]
    pub(super) name: Text,
    #[serde(rename = "type")]
    pub(super) kind: Option<Text>,
    pub(super) display_name: Option<Text>,
    pub(super) default: Option<Text>,
    pub(super) optional: Option<bool>,
}

/// `projects:`, a list or a map with variables for each.
#[derive(Debug)]
pub(super) struct Projects(pub(super) Vec<(Text, Entries<Text>)>);

/// What is declared of a variable.
#[derive(Debug)]
pub(super) enum Variable {
    /// No default: it must come from somewhere else.
    Nothing,
    /// A default, written as such. Its text is that of its place in the file.
    Scalar(Option<String>),
    /// Default and the process's variable.
    Declared(Declared),
}

/// The long form of a declaration.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Declared {
    pub(super) default: Option<Text>,
    pub(super) from_env: Option<FromEnv>,
}

/// `from_env: true` or `from_env: NAME`.
#[derive(Debug)]
pub(super) enum FromEnv {
    /// The process's variable of the same name, or none.
    Same(bool),
    /// The process's variable of this name.
    Named(String),
}

/// A name to retire, in the default scope or in one of its own.
#[allow(clippy::large_enum_variant, reason = "a file has few of them")]
#[derive(Debug)]
pub(super) enum Absent {
    /// A name alone.
    Name(String),
    /// A name with its scope.
    Scoped(Box<Scoped>),
}

/// A name with its scope.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Scoped {
    #[serde(default = "missing")]
    pub(super) name: Text,
    pub(super) environment: Option<Text>,
    pub(super) group: Option<Text>,
    pub(super) system: Option<Spanned<bool>>,
}

/// A mapping in the order in which it is written.
#[derive(Debug)]
pub(super) struct Entries<T>(pub(super) Vec<(Text, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Entries(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping of names")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Entries::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(InOrder(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Projects {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListOrMap;
        impl<'de> Visitor<'de> for ListOrMap {
            type Value = Projects;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of projects, or a mapping of projects to their variables")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut projects = Vec::new();
                while let Some(name) = list.next_element()? {
                    projects.push((name, Entries::default()));
                }
                Ok(Projects(projects))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut projects = Vec::new();
                while let Some((name, variables)) =
                    map.next_entry::<Text, Option<Entries<Text>>>()?
                {
                    projects.push((name, variables.unwrap_or_default()));
                }
                Ok(Projects(projects))
            }
        }
        deserializer.deserialize_any(ListOrMap)
    }
}

/// The visits of scalars whose value does not count.
macro_rules! visit_scalars {
    ($result:expr; $($visit:ident: $type:ty),*) => {$(
        fn $visit<E: serde::de::Error>(self, _: $type) -> Result<Self::Value, E> {
            $result
        }
    )*};
}
pub(super) use visit_scalars;

/// The visitors of a value that is a scalar or a mapping; numbers and words like `true` are told
/// apart from texts only by the place they have in the file.
macro_rules! scalar_or_map {
    ($type:ident, $expecting:literal, $nothing:expr, $text:expr, $other:expr, $map:expr) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Either;
                impl<'de> Visitor<'de> for Either {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }
                    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
                        $nothing.ok_or_else(|| E::custom(concat!("expected ", $expecting)))
                    }
                    fn visit_none<E: serde::de::Error>(self) -> Result<Self::Value, E> {
                        self.visit_unit()
                    }
                    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                        Ok($text(text.to_owned()))
                    }
                    visit_scalars!(
                        $other.ok_or_else(|| serde::de::Error::custom("write it in quotes"));
                        visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64
                    );
                    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                        let map = serde::de::value::MapAccessDeserializer::new(map);
                        Ok($map(Deserialize::deserialize(map)?))
                    }
                }
                deserializer.deserialize_any(Either)
            }
        }
    };
}

scalar_or_map!(
    Variable,
    "a default, or a mapping with `default` and `from_env`",
    Some(Variable::Nothing),
    |text| Variable::Scalar(Some(text)),
    Some(Variable::Scalar(None)),
    Variable::Declared
);
scalar_or_map!(
    Absent,
    "a task's name, or a mapping with `name` and its scope",
    None,
    Absent::Name,
    None,
    Absent::Scoped
);

impl<'de> Deserialize<'de> for FromEnv {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct YesOrName;
        impl<'de> Visitor<'de> for YesOrName {
            type Value = FromEnv;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`true`, or the name of an environment variable")
            }

            fn visit_bool<E>(self, yes: bool) -> Result<Self::Value, E> {
                Ok(FromEnv::Same(yes))
            }

            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(FromEnv::Named(name.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
                Err(A::Error::custom(
                    "expected `true`, or the name of an environment variable",
                ))
            }
        }
        deserializer.deserialize_any(YesOrName)
    }
}
