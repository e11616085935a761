# Installs a Homebrew formula without Homebrew, as far as the formula needs it: FORMULA RELEASES CELLAR
#
# The archive of this machine's system comes from the folder RELEASES instead of its address.
require "digest"
require "fileutils"
require "rbconfig"
require "tmpdir"

class Folder
  def initialize(path)
    @path = path
  end

  def install(*files)
    FileUtils.mkdir_p(@path)
    files.flatten.each do |file|
      (file.is_a?(Hash) ? file : { file => File.basename(file) }).each do |from, to|
        FileUtils.cp_r(from, File.join(@path, to))
      end
    end
  end
end

class Formula
  FOLDERS = {
    bin: "bin", man1: "share/man/man1", doc: "share/doc/lagoon-tasks", bash_completion: "etc/bash_completion.d",
    zsh_completion: "share/zsh/site-functions", fish_completion: "share/fish/vendor_completions.d"
  }.freeze

  class << self
    attr_reader :values

    %i[desc homepage version license url sha256].each do |name|
      define_method(name) { |value| (@values ||= {})[name] = value }
    end

    def on_linux = yield
    def on_macos = nil
    def on_intel = RbConfig::CONFIG["host_cpu"] == "x86_64" ? yield : nil
    def on_arm = RbConfig::CONFIG["host_cpu"] == "x86_64" ? nil : yield
    def test = nil
  end

  def initialize(cellar)
    FOLDERS.each { |name, path| define_singleton_method(name) { Folder.new(File.join(cellar, path)) } }
  end
end

formula, releases, cellar = ARGV.map { |path| File.expand_path(path) }
load formula
values = LagoonTasks.values
archive = File.join(releases, File.basename(values.fetch(:url)))
abort "wrong checksum in the formula" unless Digest::SHA256.file(archive).hexdigest == values.fetch(:sha256)
Dir.mktmpdir do |folder|
  system("tar", "-xzf", archive, "-C", folder, exception: true)
  # Homebrew enters the only folder of an archive.
  Dir.chdir(Dir.glob(File.join(folder, "*")).fetch(0)) { LagoonTasks.new(cellar).install }
end
puts "Homebrew: #{values.fetch(:url)}"
puts Dir.glob("**/*", base: cellar).select { |path| File.file?(File.join(cellar, path)) }.first(8)
