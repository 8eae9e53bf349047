# shellcheck shell=bash
# Sourced: packages of Debian's suites, whichever the machine has, without touching its own sources and packages. Whoever sources it
# has fail().

debian_keys=/usr/share/keyrings/debian-archive-keyring.gpg

# Where Debian's packages come from: $DEBIAN_MIRROR, or on Debian itself what apt's own sources say.
debian_mirror() {
  if [ -n "${DEBIAN_MIRROR:-}" ]; then
    echo "$DEBIAN_MIRROR"
  else
    # shellcheck disable=SC2016  # apt's own variable
    apt-get indextargets --format '$(SITE)' 'Origin: Debian' 'Label: Debian' | head -n 1
  fi
}

# debian_packages FOLDER "ARCHITECTURES SUITE"... -- PACKAGE...: downloads the packages ("libfmt-dev:arm64/bookworm") into
# FOLDER/packages, by a list of its own of these architectures ("amd64,arm64") of these suites.
debian_packages() {
  local folder=$1 site
  shift
  site=$(debian_mirror)
  [ -n "$site" ] || fail "no Debian mirror is known here: set DEBIAN_MIRROR to the address of one"
  [ -e "$debian_keys" ] || fail "$debian_keys is missing: install debian-archive-keyring"
  mkdir -p "$folder"/{lists/partial,archives/partial,packages}
  : > "$folder/status"
  : > "$folder/sources.list"
  while [ "$1" != -- ]; do
    echo "deb [arch=${1% *} signed-by=$debian_keys] $site ${1#* } main" >> "$folder/sources.list"
    shift
  done
  shift
  cat > "$folder/apt.conf" << END
Dir::Etc::sourcelist "$folder/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$folder/lists";
Dir::State::status "$folder/status";
Dir::Cache "$folder";
APT::Architectures { "amd64"; "arm64"; };
APT::Sandbox::User "";
END
  (
    export APT_CONFIG=$folder/apt.conf
    cd "$folder/packages" || exit
    apt-get update -qq && apt-get download -qq "$@"
  )
}
