//! A task file as typed values with positions. Unknown keys are ignored and missing ones are empty:
//! `shape` reports both, and the rest of the file is still checked.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

pub(super) type Text = Spanned<String>;

#[derive(Debug, serde::Deserialize)]
pub(super) struct FileForm {
    pub(super) version: Option<Spanned<u64>>,
    pub(super) lagoon: Option<Text>,
    pub(super) project: Option<Text>,
    pub(super) projects: Option<Spanned<Projects>>,
    pub(super) variables: Option<Entries<Spanned<Variable>>>,
    pub(super) tasks: Option<Vec<Spanned<TaskForm>>>,
    pub(super) absent: Option<Vec<Spanned<Absent>>>,
}

fn missing() -> Text {
    Spanned {
        value: String::new(),
        referenced: Location::UNKNOWN,
        defined: Location::UNKNOWN,
    }
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct TaskForm {
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
    pub(super) arguments: Option<Vec<Spanned<ArgumentForm>>>,
    pub(super) inject_deploy_token: Option<bool>,
    pub(super) inject_project_key: Option<bool>,
    pub(super) admin_only: Option<bool>,
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct ArgumentForm {
    #[serde(default = "missing")]
    pub(super) name: Text,
    #[serde(rename = "type")]
    pub(super) kind: Option<Text>,
    pub(super) display_name: Option<Text>,
    pub(super) default: Option<Text>,
    pub(super) optional: Option<bool>,
}

/// A list of projects, or a mapping of projects to their variables.
#[derive(Debug)]
pub(super) struct Projects(pub(super) Vec<(Text, Entries<Text>)>);

#[derive(Debug)]
pub(super) enum Variable {
    /// No default.
    Nothing,
    /// A default. A number or flag has no text here; `header` reads it from the file.
    Scalar(Option<String>),
    Declaration(Declaration),
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct Declaration {
    pub(super) default: Option<Text>,
    pub(super) from_env: Option<FromEnv>,
}

#[derive(Debug)]
pub(super) enum FromEnv {
    /// `true`: the environment variable of the same name.
    Same(bool),
    Named(String),
}

#[allow(clippy::large_enum_variant, reason = "a file has few of them")]
#[derive(Debug)]
pub(super) enum Absent {
    Name(String),
    ScopedAbsent(Box<ScopedAbsent>),
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct ScopedAbsent {
    #[serde(default = "missing")]
    pub(super) name: Text,
    pub(super) environment: Option<Text>,
    pub(super) group: Option<Text>,
    pub(super) system: Option<Spanned<bool>>,
}

/// A mapping in its order in the file.
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
                f.write_str("a mapping")
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

/// Visits of scalars whose value is ignored.
macro_rules! visit_scalars {
    ($result:expr; $($visit:ident: $type:ty),*) => {$(
        fn $visit<E: serde::de::Error>(self, _: $type) -> Result<Self::Value, E> {
            $result
        }
    )*};
}
pub(super) use visit_scalars;

/// Deserializes a scalar or a mapping. Scalars that are no strings have no text here.
macro_rules! scalar_or_map {
    ($type:ident, $expecting:literal, $nothing:expr, $text:expr, $other:expr, $map:expr) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct ScalarOrMap;
                impl<'de> Visitor<'de> for ScalarOrMap {
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
                        $other.ok_or_else(|| serde::de::Error::custom("the name must be a string; put it in quotes"));
                        visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64
                    );
                    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                        let map = serde::de::value::MapAccessDeserializer::new(map);
                        Ok($map(Deserialize::deserialize(map)?))
                    }
                }
                deserializer.deserialize_any(ScalarOrMap)
            }
        }
    };
}

scalar_or_map!(
    Variable,
    "a default value, or a mapping with `default` and `from_env`",
    Some(Variable::Nothing),
    |text| Variable::Scalar(Some(text)),
    Some(Variable::Scalar(None)),
    Variable::Declaration
);
scalar_or_map!(
    Absent,
    "a task's name, or a mapping with `name` and its scope",
    None,
    Absent::Name,
    None,
    Absent::ScopedAbsent
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
