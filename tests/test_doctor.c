/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `rolegate doctor` finds in PAM's configuration below a root, and what it does not. */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define FILES_MAX 6u

/* The usual beginning of a guarded service. */
#define GUARD "account requisite pam_rolegate.so\n"
#define UNIX "account required pam_unix.so\n"
#define UID "session required pam_loginuid.so\n"

static const char *const enforcing =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; }, { user = \"sal\"; roles = [ \"user\" ]; } );\n"
	"services = ( { name = \"backup-web\"; require = [ \"mail\" ]; } );\n";
static const char *const allows_others =
	"catalogs = [ \"workspace\", \"host\" ]; other_services = \"allow\";\n"
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n";
static const char *const permissive =
	"catalogs = [ \"workspace\", \"host\" ]; mode = \"permissive\";\n"
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n";

/* Services to be mistaken for others. */
static const char *const several =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n"
	"services = ( { name = \"both\"; require = [ \"mail\", \"host.ftp\" ]; },\n"
	"  { name = \"one\"; require = [ \"mail\" ]; }, { name = \"ftp\"; require = [ \"host.ftp\" ]; },\n"
	"  { name = \"either\"; require_any = [ \"mail\", \"host.ftp\" ]; },\n"
	"  { name = \"loose\"; require = [ \"mail\" ]; mode = \"permissive\"; } );\n";
static const char *const lockers =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n"
	"services = ( { name = \"swaylock\"; require = [ \"mail\" ]; },\n"
	"  { name = \"passwd\"; require = [ \"mail\" ]; mode = \"permissive\"; } );\n";
/* One line of ours, with arguments. */
#define LINE(arguments) "account requisite pam_rolegate.so " arguments "\n"

/* text: or LINK, to /etc/passwd, or MODULE, a module of PAM */
struct file {
	const char *path, *text;
};

/* One host. parts: of the output; behind a `!`, what is not in it. */
static const struct {
	const char *name, *policy;
	struct file files[FILES_MAX];
	const char *words; /* of the command line, behind --root */
	int status;
	const char *parts[7];
} cases[] = {
	{ "D4 nothing is wrong",
	  enforcing,
	  { { "etc/pam.d/sshd", GUARD UNIX UID } },
	  "doctor",
	  0,
	  { "sshd     final          final          closed", "service-without-pam|backup-web",
	    "!high", "!medium", "!low" } },
	{ "D4 sufficient before it",
	  enforcing,
	  { { "etc/pam.d/sshd", "account sufficient pam_localuser.so\n" GUARD UNIX UID } },
	  "doctor",
	  1,
	  { "denial-not-final|sshd", "not-final", "etc/pam.d/sshd:1",
	    "when pam_localuser.so returns success, the stack ends there",
	    "![denial-not-final-expired]" } },
	{ "D4 appended on Debian: not for an expired password",
	  enforcing,
	  { { "etc/pam.d/common-account",
	      "account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\n"
	      "account requisite pam_deny.so\naccount required pam_permit.so\n"
	      "account required pam_rolegate.so\n" },
	    { "etc/pam.d/sshd", "@include common-account\n" UID },
	    { "etc/pam.d/su", "@include common-account\n" } },
	  "doctor",
	  1,
	  { "denial-not-final-expired|sshd, su", "etc/pam.d/common-account:1",
	    "returns new_authtok_reqd, the stack ends there", "su       final          not-final",
	    "!common-account  final", "![denial-not-final]" } },
	{ "D4 its own control drops it",
	  enforcing,
	  { { "etc/pam.d/sshd",
	      "account [success=ok default=ignore] pam_rolegate.so\n" UNIX UID } },
	  "doctor",
	  1,
	  { "denial-not-final|sshd", "makes nothing of it when rolegate returns perm_denied" } },
	{ "D4 jumped over",
	  enforcing,
	  { { "etc/pam.d/sshd",
	      "account [success=1 default=ignore] pam_succeed_if.so uid < 1000\n" GUARD UNIX
		      UID } },
	  "doctor",
	  1,
	  { "denial-not-final|sshd", "the stack jumps" } },
	{ "D4 reset",
	  enforcing,
	  { { "etc/pam.d/sshd", "account required pam_rolegate.so\n"
				"account [default=reset] pam_env.so\n" UNIX UID } },
	  "doctor",
	  1,
	  { "denial-not-final|sshd", "the stack forgets" } },
	{ "D4 forestalled",
	  enforcing,
	  { { "etc/pam.d/sshd", "account [success=ok default=bad] pam_unix.so\n" GUARD UID } },
	  "doctor",
	  1,
	  { "denial-not-final-expired|sshd", "that is the result" } },
	{ "D4 a module that is absent lets in",
	  enforcing,
	  { { "etc/pam.d/sshd",
	      "account [success=ok module_unknown=ignore default=die] pam_rolegate.so\n" UNIX
		      UID } },
	  "doctor",
	  1,
	  { "fails-open|sshd", "![denial-not-final]" } },
	{ "D4 the module is not there",
	  enforcing,
	  { { "etc/pam.d/sshd", "account requisite /opt/pam_rolegate.so\n" UNIX UID } },
	  "doctor",
	  1,
	  { "module-missing", "module \"/opt/pam_rolegate.so\": not found" } },
	{ "D4 broken lines, once for all services",
	  enforcing,
	  { { "etc/pam.d/common-account", GUARD "account requred pam_unix.so\n" },
	    { "etc/pam.d/sshd", "@include common-account\n" UID },
	    { "etc/pam.d/su", "@include common-account\n" } },
	  "doctor",
	  1,
	  { "pam-broken-line", "etc/pam.d/common-account:2",
	    "unknown return value in the control" } },
	{ "D4 libpam refuses the service",
	  enforcing,
	  { { "etc/pam.d/sshd", GUARD UNIX UID "account optional \\\n" } },
	  "doctor",
	  1,
	  { "service-refused|sshd", "ends in a continued line" } },
	{ "D4 what cannot be told",
	  enforcing,
	  { { "etc/pam.d/sshd", GUARD "account include sshd\n" UID } },
	  "doctor",
	  1,
	  { "stack-unforeseeable|sshd", "in a circle" } },
	{ "D4 the rest of a file that may not be followed: a link below a root",
	  enforcing,
	  { { "etc/pam.d/sshd", "LINK" } },
	  "doctor",
	  1,
	  { "stack-unforeseeable|sshd", "not a regular file, or not readable" } },
	{ "D2 a service of the policy that PAM does not ask about",
	  enforcing,
	  { { "etc/pam.d/sshd", UNIX UID } },
	  "doctor",
	  1,
	  { "service-unguarded|sshd", "high", "the policy says who may use it" } },
	{ "D2 another one",
	  enforcing,
	  { { "etc/pam.d/zope", UNIX } },
	  "doctor",
	  1,
	  { "service-unguarded|zope", "medium", "other_services is to decide", "!high" } },
	{ "D2 another one, where others are let in anyway",
	  allows_others,
	  { { "etc/pam.d/zope", UNIX } },
	  "doctor",
	  0,
	  { "service-unguarded|zope", "note" } },
	{ "D2 one that requires nothing",
	  enforcing,
	  { { "etc/pam.d/systemd-user", UNIX } },
	  "doctor",
	  0,
	  { "service-unguarded|systemd-user", "note" } },
	{ "D2 one where nobody gets in",
	  enforcing,
	  { { "etc/pam.d/other", "account required pam_deny.so\n" } },
	  "doctor",
	  0,
	  { "other    closed", "!service-unguarded" } },
	{ "D2 guarded, but unknown to the policy",
	  enforcing,
	  { { "etc/pam.d/zope", GUARD UNIX } },
	  "doctor",
	  1,
	  { "service-unlisted|zope", "low", "!medium", "!high" } },
	{ "D2 passwd has no account phase",
	  enforcing,
	  { { "etc/pam.d/passwd", "password requisite pam_rolegate.so\n"
				  "password required pam_unix.so\n" } },
	  "doctor",
	  0,
	  { "passwd   closed         closed         final", "!service-unguarded",
	    "!service-unlisted" } },
	{ "D2 su is a service, although su-l includes it",
	  allows_others,
	  { { "etc/pam.d/xsu", UNIX }, { "etc/pam.d/xsu-l", "account include xsu\n" } },
	  "doctor",
	  0,
	  { "xsu      no-rolegate", "xsu-l    no-rolegate" } },
	{ "D2 what is included may be a service, too",
	  enforcing,
	  { { "etc/pam.d/zzsvc", UNIX }, { "etc/pam.d/vpn", "@include zzsvc\n" } },
	  "doctor",
	  1,
	  { "service-unguarded|vpn", "service-unguarded|zzsvc", "zzsvc    no-rolegate",
	    "others include its file", "call it common-", "medium", "!high" } },
	{ "D2 what is included, where others are let in anyway",
	  allows_others,
	  { { "etc/pam.d/zzsvc", UNIX }, { "etc/pam.d/vpn", "@include zzsvc\n" } },
	  "doctor",
	  0,
	  { "service-unguarded|vpn, zzsvc", "!medium", "!low" } },
	{ "D2 what is included, and the policy speaks of it",
	  enforcing,
	  { { "etc/pam.d/login", UNIX UID }, { "etc/pam.d/vpn", GUARD "@include login\n" } },
	  "doctor",
	  1,
	  { "service-unguarded|login", "high" } },
	{ "D2 what is included, guarded, need not be spoken of",
	  enforcing,
	  { { "etc/pam.d/site", GUARD UNIX }, { "etc/pam.d/sshd", "@include site\n" UID } },
	  "doctor",
	  0,
	  { "service-unlisted|site", "note", "site     final", "!low" } },
	{ "D2 passwd is looked at, whoever includes it",
	  enforcing,
	  { { "etc/pam.d/passwd", "password required pam_unix.so\n" },
	    { "etc/pam.d/sshd", GUARD UNIX UID "password include passwd\n" } },
	  "doctor",
	  1,
	  { "gate-unguarded|passwd" } },
	{ "D2 other is a service, whoever includes it",
	  enforcing,
	  { { "etc/pam.d/other", UNIX }, { "etc/pam.d/sshd", GUARD "@include other\n" UID } },
	  "doctor",
	  1,
	  { "service-unguarded|other" } },
	{ "D2 shared parts by their names are no services, nor is what packages leave behind",
	  enforcing,
	  { { "etc/pam.d/system-auth", UNIX },
	    { "etc/pam.d/postlogin", UNIX },
	    { "etc/pam.d/common-site", UNIX },
	    { "etc/pam.d/sshd.dpkg-old", UNIX },
	    { "etc/pam.d/sshd", GUARD "account include system-auth\n" UID } },
	  "doctor",
	  0,
	  { "sshd     final", "!system-auth  ", "!postlogin", "!common-site", "!dpkg-old" } },
	{ "D2 pam.conf",
	  enforcing,
	  { { "etc/pam.conf", "SSHD account required pam_unix.so\n"
			      "sshd session required pam_loginuid.so\n" } },
	  "doctor",
	  1,
	  { "service-unguarded|sshd" } },
	{ "G1 passwd is not guarded",
	  enforcing,
	  { { "etc/pam.d/passwd", "password required pam_unix.so\n" } },
	  "doctor",
	  1,
	  { "gate-unguarded|passwd" } },
	{ "G1 the gate's denial is not final",
	  enforcing,
	  { { "etc/pam.d/passwd", "password sufficient pam_unix.so\n"
				  "password requisite pam_rolegate.so\n" } },
	  "doctor",
	  1,
	  { "gate-not-final|passwd", "etc/pam.d/passwd:1" } },
	{ "G1 the gate is final, but behind the module that writes",
	  enforcing,
	  { { "etc/pam.d/passwd", "password required pam_unix.so\n"
				  "password required pam_rolegate.so\n" } },
	  "doctor",
	  0,
	  { "gate-late|passwd", "etc/pam.d/passwd:2", "note",
	    "passwd   closed         closed         final" } },
	{ "G2 sessions without pam_loginuid",
	  enforcing,
	  { { "etc/pam.d/sshd", GUARD UNIX }, { "etc/pam.d/su", GUARD UNIX } },
	  "doctor",
	  1,
	  { "no-loginuid|sshd", "!no-loginuid|sshd, su" } },
	{ "D5 a permissive policy",
	  permissive,
	  { { "etc/pam.d/sshd", GUARD UNIX UID } },
	  "doctor",
	  1,
	  { "permissive-mode", "NOTHING IS REFUSED" } },
	{ "D5 a permissive line",
	  enforcing,
	  { { "etc/pam.d/sshd", "account requisite pam_rolegate.so mode=permissive\n" UNIX UID } },
	  "doctor",
	  1,
	  { "line-permissive", "low" } },
	{ "D4 an argument that the module does not know: mode=Permissive",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("mode=Permissive") UNIX UID } },
	  "doctor",
	  1,
	  { "line-wrong-argument|sshd", "high", "refuses everybody", "`mode=Permissive`",
	    "etc/pam.d/sshd:1", "require=, mode" } },
	{ "D4 an argument that the module does not know: foo=bar",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("foo=bar") UNIX UID } },
	  "doctor",
	  1,
	  { "line-wrong-argument|sshd", "high", "refuses everybody", "`foo=bar`",
	    "etc/pam.d/sshd:1", "require=, mode" } },
	{ "D4 an argument that the module does not know: state=x",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("state=x") UNIX UID } },
	  "doctor",
	  1,
	  { "line-wrong-argument|sshd", "high", "refuses everybody", "`state=x`",
	    "etc/pam.d/sshd:1", "require=, mode" } },
	{ "D4 an argument that the module does not know: service=",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("service=") UNIX UID } },
	  "doctor",
	  1,
	  { "line-wrong-argument|sshd", "high", "refuses everybody", "`service=`",
	    "etc/pam.d/sshd:1", "require=, mode" } },
	{ "D4 an argument with a blank is one",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("[quiet debug]") UNIX UID } },
	  "doctor",
	  1,
	  { "line-wrong-argument|sshd", "`quiet debug`" } },
	{ "D4 an empty argument",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("quiet []") UNIX UID } },
	  "doctor",
	  1,
	  { "line-wrong-argument|sshd" } },
	{ "D4 arguments that change nothing",
	  enforcing,
	  { { "etc/pam.d/sshd",
	      LINE("quiet norescue debug state=//var/lib/rolegate/ service=sshd") UNIX UID } },
	  "doctor",
	  0,
	  { "![line-", "sshd     final" } },
	{ "A7 require= in a password line",
	  enforcing,
	  { { "etc/pam.d/passwd", "password requisite pam_rolegate.so require=mail\n"
				  "password required pam_unix.so\n" } },
	  "doctor",
	  1,
	  { "line-wrong-argument|passwd", "is meant: service=, mode" } },
	{ "D4 another state folder",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("state=/srv/x") UNIX UID } },
	  "doctor",
	  1,
	  { "line-other-state|sshd", "high", "asks the policy in /srv/x" } },
	{ "D4 a folder whose name only begins like it",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("state=/var/lib/rolegates") UNIX UID } },
	  "doctor",
	  1,
	  { "line-other-state|sshd" } },
	{ "D4 another state folder, as one more condition",
	  enforcing,
	  { { "etc/pam.d/sshd", GUARD LINE("state=/srv/x") UNIX UID } },
	  "doctor",
	  0,
	  { "line-other-state|sshd", "note", "one more condition", "!high" } },
	{ "D4 the plain line is jumped over when the other lets in",
	  enforcing,
	  { { "etc/pam.d/sshd",
	      "account sufficient pam_rolegate.so state=/srv/x\n" GUARD UNIX UID } },
	  "doctor",
	  1,
	  { "line-other-state|sshd", "high" } },
	{ "D2 a permission that the policy has not",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("require=host.shh") UNIX UID } },
	  "doctor",
	  1,
	  { "line-unknown-permission|sshd", "high", "requires host.shh",
	    "write require=host.ssh" } },
	{ "D2 a permission that nothing is like",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("require=xyzzy.plugh") UNIX UID } },
	  "doctor",
	  1,
	  { "line-unknown-permission|sshd", "or define the permission" } },
	{ "D2 the line asks about an open service",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("service=systemd-user") UNIX UID } },
	  "doctor",
	  1,
	  { "line-other-service|sshd", "high", "asks about the service systemd-user",
	    "lets in whom" } },
	{ "D2 the same, in a file that others include, where it is right",
	  enforcing,
	  { { "etc/pam.d/common-account", LINE("service=systemd-user") UNIX },
	    { "etc/pam.d/sshd", "@include common-account\n" UID },
	    { "etc/pam.d/chsh", "@include common-account\n" } },
	  "doctor",
	  1,
	  { "line-other-service|sshd", "line-other-service|chsh", "note" } },
	{ "D2 an open service, as one more condition",
	  enforcing,
	  { { "etc/pam.d/sshd", GUARD LINE("service=systemd-user") UNIX UID } },
	  "doctor",
	  0,
	  { "line-other-service|sshd", "note", "one more condition" } },
	{ "D2 an unlisted service asks about an open one",
	  enforcing,
	  { { "etc/pam.d/zope", LINE("service=systemd-user") UNIX } },
	  "doctor",
	  1,
	  { "line-other-service|zope", "high" } },
	{ "D2 an unlisted service borrows an entry",
	  enforcing,
	  { { "etc/pam.d/zope", LINE("service=backup-web") UNIX } },
	  "doctor",
	  1,
	  { "line-other-service|zope", "note", "!high", "!medium" } },
	{ "D2 others are let in anyway",
	  allows_others,
	  { { "etc/pam.d/zope", LINE("service=systemd-user") UNIX } },
	  "doctor",
	  1,
	  { "line-other-service|zope", "!high", "!medium" } },
	{ "D2 the entry is not there",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("service=sshdd") UNIX UID } },
	  "doctor",
	  1,
	  { "line-other-service|sshd", "medium", "no entry of that name", "!high" } },
	{ "D2 the same entry by another name",
	  enforcing,
	  { { "etc/pam.d/sudo", LINE("service=sudo-i") UNIX } },
	  "doctor",
	  0,
	  { "line-other-service|sudo", "note" } },
	{ "D2 a service of a lower tier",
	  enforcing,
	  { { "etc/pam.d/sudo", LINE("service=sshd") UNIX } },
	  "doctor",
	  1,
	  { "line-other-service|sudo", "high" } },
	{ "D2 a permission of a lower tier",
	  enforcing,
	  { { "etc/pam.d/sudo", LINE("require=host.ssh") UNIX } },
	  "doctor",
	  1,
	  { "line-other-permission|sudo", "high" } },
	{ "D2 a permission of a higher tier",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("require=host.sudo") UNIX UID } },
	  "doctor",
	  0,
	  { "line-other-permission|sshd", "note", "requires host.sudo" } },
	{ "D2 another permission of the same tier",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("require=host.ftp") UNIX UID } },
	  "doctor",
	  1,
	  { "line-other-permission|sshd", "low", "need not hold the other", "!high" } },
	{ "D2 a service and a permission",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("service=backup-web require=host.ssh") UNIX UID } },
	  "doctor",
	  0,
	  { "line-other-service|sshd", "the service backup-web, and for the permission host.ssh",
	    "note" } },
	{ "D3 sshd asked about who calls",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("service=su") UNIX UID } },
	  "doctor",
	  1,
	  { "line-other-service|sshd", "high" } },
	{ "D3 su asked about the account switched to",
	  enforcing,
	  { { "etc/pam.d/su", LINE("service=sudo") UNIX } },
	  "doctor",
	  1,
	  { "line-other-service|su", "high" } },
	{ "D2 one of two that are required",
	  several,
	  { { "etc/pam.d/both", LINE("service=one") UNIX } },
	  "doctor",
	  1,
	  { "line-other-service|both", "high" } },
	{ "D2 one more than is required",
	  several,
	  { { "etc/pam.d/one", LINE("service=both") UNIX } },
	  "doctor",
	  1,
	  { "line-other-service|one", "note    this line", "!high" } },
	{ "D2 either of two, where one is required",
	  several,
	  { { "etc/pam.d/one", LINE("service=either") UNIX } },
	  "doctor",
	  1,
	  { "line-other-service|one", "high" } },
	{ "D2 one, where either of two would do",
	  several,
	  { { "etc/pam.d/either", LINE("service=one") UNIX } },
	  "doctor",
	  1,
	  { "line-other-service|either", "note    this line", "!high" } },
	{ "D2 one instead of another",
	  several,
	  { { "etc/pam.d/one", LINE("service=ftp") UNIX } },
	  "doctor",
	  1,
	  { "line-other-service|one", "low     this line", "!high" } },
	{ "D5 a permissive service instead of an enforcing one",
	  several,
	  { { "etc/pam.d/one", LINE("service=loose") UNIX } },
	  "doctor",
	  1,
	  { "line-other-service|one", "high" } },
	{ "D5 a permissive service at the gate",
	  several,
	  { { "etc/pam.d/passwd", "password requisite pam_rolegate.so service=loose\n"
				  "password required pam_unix.so\n" } },
	  "doctor",
	  1,
	  { "line-other-service|passwd", "high" } },
	{ "G1 another service at the gate",
	  several,
	  { { "etc/pam.d/passwd", "password requisite pam_rolegate.so service=one\n"
				  "password required pam_unix.so\n" } },
	  "doctor",
	  1,
	  { "line-other-service|passwd", "note", "!high" } },
	{ "D2 no policy to judge by",
	  NULL,
	  { { "etc/pam.d/sshd", LINE("service=systemd-user foo") UNIX UID } },
	  "doctor",
	  1,
	  { "line-wrong-argument|sshd" } },
	{ "D4 arguments of an account phase that never runs: no finding but that",
	  enforcing,
	  { { "etc/pam.d/passwd", LINE("foo=bar") "password requisite pam_rolegate.so\n"
						  "password required pam_unix.so\n" } },
	  "doctor",
	  0,
	  { "![line-" } },
	{ "D4 no policy",
	  NULL,
	  { { "etc/pam.d/sshd", GUARD UNIX UID } },
	  "doctor",
	  1,
	  { "no-policy", "sshd     final" } },
	{ "D1 simulate: denied, and what comes after does not run",
	  enforcing,
	  { { "etc/pam.d/sshd", GUARD UNIX UID } },
	  "doctor --simulate gwen sshd",
	  1,
	  { "rolegate denies (no-role)", "sshd:2  does not run",
	    "denied: /etc/pam.d/sshd:1: rolegate denies the user (no-role)",
	    "fix: rolegate explain gwen sshd", "enforced: yes; with an expired password: yes" } },
	{ "D1 simulate: allowed",
	  enforcing,
	  { { "etc/pam.d/sshd", GUARD UNIX UID } },
	  "doctor --simulate sal sshd",
	  0,
	  { "rolegate allows (granted)", "allowed", "!does not run" } },
	{ "D1 simulate: denied in vain",
	  enforcing,
	  { { "etc/pam.d/sshd", "account sufficient pam_localuser.so\n" GUARD UNIX UID } },
	  "doctor --simulate gwen sshd",
	  0,
	  { "allowed", "enforced: bypassable", "sshd:2  does not run" } },
	{ "D1 simulate: arguments of the line count",
	  enforcing,
	  { { "etc/pam.d/sshd", "account requisite pam_rolegate.so require=host.sudo\n" UNIX } },
	  "doctor --simulate sal sshd",
	  1,
	  { "rolegate denies (missing-permission)" } },
	{ "D4 simulate: an argument that the module does not know",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("mode=Permissive") UNIX UID } },
	  "doctor --simulate sal sshd",
	  1,
	  { "rolegate denies every user (wrong-argument mode=Permissive)", "sshd:2  does not run",
	    "denied: /etc/pam.d/sshd:1: rolegate denies every user: unknown argument" } },
	{ "D4 simulate: the same, as JSON",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("foo=bar") UNIX UID } },
	  "--json doctor --simulate sal sshd",
	  1,
	  { "\"reason\": \"wrong-argument\"", "\"verdict\": \"deny\"" } },
	{ "D1 simulate: another service",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("service=systemd-user") UNIX UID } },
	  "doctor --simulate gwen sshd",
	  0,
	  { "rolegate allows (open-service)" } },
	{ "D1 simulate: the last argument of a name counts",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("service=systemd-user service=sshd") UNIX UID } },
	  "doctor --simulate gwen sshd",
	  1,
	  { "rolegate denies (no-role)" } },
	{ "D4 simulate: another state folder that is not there",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("state=/srv/x") UNIX UID } },
	  "doctor --simulate sal sshd",
	  5,
	  { "/etc/pam.d/sshd:1 asks the policy in /srv/x, which cannot be opened" } },
	{ "D4 simulate: another state folder without a policy",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("state=/srv/x") UNIX UID }, { "srv/x/y", "" } },
	  "doctor --simulate sal sshd",
	  5,
	  { "/etc/pam.d/sshd:1 asks the policy in /srv/x, which cannot be opened: " } },
	{ "D4 simulate: the usual state folder",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("state=/var/lib/rolegate/") UNIX UID } },
	  "doctor --simulate sal sshd",
	  0,
	  { "rolegate allows (granted)" } },
	{ "D5 simulate: would deny",
	  permissive,
	  { { "etc/pam.d/sshd", GUARD UNIX UID } },
	  "doctor --simulate gwen sshd",
	  0,
	  { "rolegate would deny", "allowed" } },
	{ "D1 simulate, as JSON",
	  enforcing,
	  { { "etc/pam.d/sshd", GUARD UNIX UID } },
	  "--json doctor --simulate gwen sshd",
	  1,
	  { "\"outcome\": \"denied\"", "\"runs\": false", "\"reason\": \"no-role\"" } },
	{ "D4 simulate: a file that cannot be read",
	  enforcing,
	  { { "etc/pam.d/sshd", "LINK" } },
	  "--json doctor --simulate sal sshd",
	  1,
	  { "\"outcome\": \"unknown\"", "/etc/pam.d/sshd: not a regular file, or not readable",
	    "run as root" } },
	{ "D4 simulate: no file",
	  enforcing,
	  { { "etc/pam.d/x", "" } },
	  "doctor --simulate sal sshd",
	  1,
	  { "denied: sshd: neither the service nor \"other\" has a file in /etc/pam.d",
	    "fix: create /etc/pam.d/sshd" } },
	{ "D4 simulate: an argument that ends in a CR",
	  enforcing,
	  { { "etc/pam.d/sshd", LINE("require=host.ssh\r") UNIX UID } },
	  "doctor --simulate sal sshd",
	  1,
	  { "warning: /etc/pam.d/sshd:1: the line ends in CR LF",
	    "denied: /etc/pam.d/sshd:1: rolegate denies the user (missing-permission)",
	    "fix: sed -i 's/\\r$//' /etc/pam.d/sshd" } },
	{ "D4 simulate: a line with a type that is misspelt",
	  enforcing,
	  { { "etc/pam.d/sshd", "acount requisite pam_rolegate.so\n" UNIX UID } },
	  "doctor --simulate gwen sshd",
	  0,
	  { "warning: /etc/pam.d/sshd:1: ", "allowed", "enforced: not guarded" } },
	{ "D2 simulate: a program that never runs the account phase",
	  enforcing,
	  { { "etc/pam.d/swaylock", GUARD UNIX } },
	  "doctor --simulate gwen swaylock",
	  0,
	  { "not denied: swaylock never runs the account phase, so this denial has no effect: /etc/pam.d/swaylock:1: rolegate denies",
	    "!fix:" } },
	{ "D2 simulate: such a program, as JSON",
	  enforcing,
	  { { "etc/pam.d/i3lock", GUARD UNIX } },
	  "--json doctor --simulate gwen i3lock",
	  0,
	  { "\"outcome\": \"not-asked\"", "\"runs_account\": false", "\"ok\": true" } },
	{ "D2 an entry for a program that never runs the account phase",
	  lockers,
	  { { "etc/pam.d/swaylock", "auth required pam_unix.so\n" } },
	  "doctor",
	  1,
	  { "account-phase-not-run|swaylock", "medium",
	    "swaylock never runs the account phase, where PAM asks rolegate",
	    "etc/rolegate/rolegate.conf:3", "![account-phase-not-run]\n  for   passwd" } },
	{ "D2 a line for a program that never runs the account phase",
	  enforcing,
	  { { "etc/pam.d/i3lock", GUARD UNIX } },
	  "doctor",
	  0,
	  { "account-phase-not-run|i3lock", "note", "etc/pam.d/i3lock:1", "!service-unlisted" } },
	{ "D2 the line of the service other says nothing about it",
	  enforcing,
	  { { "etc/pam.d/i3lock", "auth required pam_unix.so\n" },
	    { "etc/pam.d/other", GUARD UNIX } },
	  "doctor",
	  0,
	  { "!account-phase-not-run" } },
	{ "P12 a module that can change the user behind ours",
	  enforcing,
	  { { "etc/pam.d/sshd", GUARD UNIX "account optional pam_python.so /x.py\n" UID } },
	  "doctor",
	  1,
	  { "user-changed-later|sshd", "high", "etc/pam.d/sshd:3",
	    "pam_python.so behind pam_rolegate.so" } },
	{ "P12 the same behind the password gate",
	  enforcing,
	  { { "etc/pam.d/passwd", "password requisite pam_rolegate.so\n"
				  "password optional pam_set_items.so\n"
				  "password required pam_unix.so\n" } },
	  "doctor",
	  1,
	  { "user-changed-later|passwd", "high", "etc/pam.d/passwd:2",
	    "the password of another user is changed" } },
	{ "D4 a line whose module cannot run, as JSON",
	  enforcing,
	  { { "etc/pam.d/sshd", "account requisite /opt/pam_rolegate.so\n" UNIX UID } },
	  "--json doctor --simulate sal sshd",
	  1,
	  { "\"fault\": \"not-found\"", "\"outcome\": \"denied\"",
	    "module \\\"/opt/pam_rolegate.so\\\": not found" } },
	{ "P12 the same module before ours",
	  enforcing,
	  { { "etc/pam.d/sshd", "account required pam_python.so /x.py\n" GUARD UNIX UID } },
	  "doctor",
	  0,
	  { "!user-changed-later" } },
	{ "P12 the same module in another stack",
	  enforcing,
	  { { "etc/pam.d/sshd", GUARD UNIX UID "session optional pam_python.so /x.py\n" } },
	  "doctor",
	  0,
	  { "!user-changed-later" } },
	{ "D4 ours without .so",
	  enforcing,
	  { { "etc/pam.d/sshd", "account requisite pam_rolegate\n" UNIX UID } },
	  "doctor",
	  1,
	  { "module-missing|sshd", "high", "write pam_rolegate.so in /etc/pam.d/sshd:1",
	    "sshd     closed" } },
	{ "D4 CR LF line ends",
	  enforcing,
	  { { "etc/pam.d/sshd",
	      "account requisite pam_rolegate.so\r\naccount required pam_unix.so\r\n" } },
	  "doctor",
	  1,
	  { "module-missing|sshd", "pam-broken-line", "sed -i 's/\\r$//' /etc/pam.d/sshd",
	    "sshd     closed" } },
	{ "D4 modules of others are not missed where Linux-PAM is not there",
	  enforcing,
	  { { "etc/pam.d/sshd", GUARD "account required pam_none.so\n" UID } },
	  "doctor",
	  0,
	  { "![module-" } },
	{ "D4 modules of others that deny",
	  enforcing,
	  { { "etc/pam.d/sshd", GUARD "account required pam_none.so\n" UID },
	    { "usr/lib/security/pam_deny.so", "MODULE" } },
	  "doctor",
	  1,
	  { "module-missing|sshd", "medium", "PAM denies every user of the service", "!high" } },
	{ "D4 modules of others that are ignored",
	  enforcing,
	  { { "etc/pam.d/sshd", GUARD "account optional pam_none.so\n" UNIX UID },
	    { "usr/lib/security/pam_deny.so", "MODULE" },
	    { "usr/lib/security/pam_unix.so", "MODULE" } },
	  "doctor",
	  1,
	  { "module-missing|sshd", "low", "PAM ignores the line", "!medium" } },
	{ "D4 modules of others that need not be installed",
	  enforcing,
	  { { "etc/pam.d/sshd", GUARD "-account sufficient pam_none.so\n" UNIX UID },
	    { "usr/lib/security/pam_deny.so", "MODULE" },
	    { "usr/lib/security/pam_unix.so", "MODULE" } },
	  "doctor",
	  0,
	  { "![module-" } },
	{ "D4 a module of others that is no module",
	  enforcing,
	  { { "etc/pam.d/sshd", GUARD "-account required pam_unix.so\n" UID },
	    { "usr/lib/security/pam_deny.so", "MODULE" },
	    { "usr/lib/security/pam_unix.so", "text" } },
	  "doctor",
	  1,
	  { "module-unusable|sshd", "medium", "not a shared object" } },
	{ "D1 simulate wants two words",
	  enforcing,
	  { { NULL, NULL } },
	  "doctor --simulate sal",
	  2,
	  { "wants a user and a service" } },
	{ "D1 doctor wants none",
	  enforcing,
	  { { NULL, NULL } },
	  "doctor sal",
	  2,
	  { "one word too many" } },
};

static char *root;

static int run(const char *words, char *output, size_t size)
{
	return command_run_below(root, words, output, size);
}

static void write_below(const char *path, const char *text)
{
	char whole[700];

	snprintf(whole, sizeof(whole), "%s/%s", root, path);
	for (char *p = whole + strlen(root) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		(void)mkdir(whole, 0755);
		*p = '/';
	}
	if (!strcmp(text, "LINK"))
		assert_int_equal(symlink("/etc/passwd", whole), 0);
	else
		support_write_file(whole, text, strlen(text), 0644);
}

/* Join lines that were broken because a terminal has so few columns. */
static void unwrap(char *text)
{
	static const char fold[] = "\n        ";
	char *to = text;

	for (const char *from = text; *from; from++) {
		bool is_fold = !strncmp(from, fold, sizeof(fold) - 1);

		*to++ = is_fold ? ' ' : *from;
		if (is_fold)
			from += sizeof(fold) - 2;
	}
	*to = '\0';
}

/* Whether the output has a part; `ID|SERVICES` is a finding about exactly these services. */
static bool has_part(const char *output, const char *part)
{
	const char *bar = strchr(part, '|');
	char whole[512];

	if (!bar)
		return strstr(output, part);
	snprintf(whole, sizeof(whole), "[%.*s]\n  for   %s\n", (int)(bar - part), part, bar + 1);
	return strstr(output, whole);
}

/* Put a built module below the root. */
static void copy_module(const char *name, const char *path)
{
	char whole[700];
	char *bytes;
	size_t n;

	write_below(path, "");
	snprintf(whole, sizeof(whole), "%s/.libs/%s", TEST_BUILDDIR, name);
	bytes = support_read_file(whole, &n);
	snprintf(whole, sizeof(whole), "%s/%s", root, path);
	support_write_file(whole, bytes, n, 0644);
	free(bytes);
}

/* Make the root and put the policy in force. */
static void build_host(size_t i)
{
	char output[4096];

	root = support_make_folder();
	/* The library trusts only what nobody else can write. */
	assert_int_equal(chmod(root, 0755), 0);
	copy_module("pam_rolegate.so", "usr/lib/security/pam_rolegate.so");
	for (size_t k = 0; k < FILES_MAX && cases[i].files[k].path; k++) {
		if (!strcmp(cases[i].files[k].text, "MODULE"))
			copy_module("pam_rolegate.so", cases[i].files[k].path);
		else
			write_below(cases[i].files[k].path, cases[i].files[k].text);
	}
	if (!cases[i].policy)
		return;
	write_below(ROLEGATE_CONF_DIR "/rolegate.conf", cases[i].policy);
	if (run("apply -m test", output, sizeof(output)) != 0)
		fail_msg("%s: %s", cases[i].name, output);
}

static void check_case(size_t i)
{
	static char output[65536];
	int status;

	build_host(i);
	status = run(cases[i].words, output, sizeof(output));
	unwrap(output);
	if (status != cases[i].status)
		fail_msg("%s: status %d\n%s", cases[i].name, status, output);
	for (size_t k = 0; k < N(cases[i].parts) && cases[i].parts[k]; k++) {
		bool is_unwanted = *cases[i].parts[k] == '!';

		if (has_part(output, cases[i].parts[k] + is_unwanted) == is_unwanted)
			fail_msg("%s: `%s`\n%s", cases[i].name, cases[i].parts[k], output);
	}
	support_remove_folder(root);
}

static void test_cases(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N(cases); i++)
		check_case(i);
}

/* D4: a line that names another state folder is answered by the policy there. */
static void test_other_state(void **unused)
{
	char from[600], to[600], output[16384];

	(void)unused;
	build_host(0);
	write_below("srv/.keep", "");
	snprintf(from, sizeof(from), "%s" ROLEGATE_STATE_DIR, root);
	snprintf(to, sizeof(to), "%s/srv/x", root);
	assert_int_equal(rename(from, to), 0);
	/* In the policy there gwen has no role, in the one in force she is an owner. */
	write_below(ROLEGATE_CONF_DIR "/rolegate.conf",
		    "catalogs = [ \"workspace\", \"host\" ];\n"
		    "assign = ( { user = \"gwen\"; roles = [ \"owner\" ]; } );\n");
	assert_int_equal(run("apply -m test", output, sizeof(output)), 0);
	assert_int_equal(run("doctor --simulate gwen sshd", output, sizeof(output)), 0);
	write_below("etc/pam.d/sshd", LINE("state=/srv/x/") UNIX UID);
	assert_int_equal(run("doctor --simulate gwen sshd", output, sizeof(output)), 1);
	assert_non_null(strstr(output, "rolegate denies (no-role)"));
	/* Below a root no link is followed: it may lead out of it. */
	snprintf(from, sizeof(from), "%s/srv/link", root);
	assert_int_equal(symlink("x", from), 0);
	write_below("etc/pam.d/sshd", LINE("state=/srv/link") UNIX UID);
	assert_int_equal(run("doctor --simulate gwen sshd", output, sizeof(output)), 5);
	assert_non_null(strstr(output, "asks the policy in /srv/link, which cannot be opened"));
	support_remove_folder(root);
}

/* D4: a file that only root can read does not count for a program that runs as a user. */
static void test_private_file(void **unused)
{
	char path[600], output[16384];

	(void)unused;
	build_host(0);
	snprintf(path, sizeof(path), "%s/etc/pam.d/sshd", root);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(run("doctor", output, sizeof(output)), 0);
	unwrap(output);
	assert_non_null(
		strstr(output, "only root can read the file (mode 0600) [pam-file-private]"));
	assert_int_equal(run("doctor --simulate sal sshd", output, sizeof(output)), 0);
	assert_non_null(
		strstr(output, "warning: /etc/pam.d/sshd: mode 0600: libpam cannot read it"));
	support_remove_folder(root);
}

/* D4: a module that somebody else can write decides about everybody. */
static void test_module_mode(void **unused)
{
	char path[600], output[16384];

	(void)unused;
	build_host(0);
	snprintf(path, sizeof(path), "%s/usr/lib/security/pam_rolegate.so", root);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(run("doctor", output, sizeof(output)), 1);
	unwrap(output);
	assert_non_null(strstr(output, "[module-untrusted]"));
	assert_non_null(strstr(output, "mode 0666"));
	support_remove_folder(root);
}

/* What other programs may rely on (rolegate(8)). */
static void test_json(void **unused)
{
	static const char *const parts[] = {
		"\"ok\": false",
		"\"severity\": \"high\"",
		"\"id\": \"denial-not-final\"",
		"\"file\": \"/etc/pam.d/sshd\"",
		"\"line\": 1",
		"\"returns\": \"success\"",
		"\"denial\": \"not-final\"",
		"\"control\": \"sufficient\"",
	};
	char output[32768];

	(void)unused;
	build_host(1);
	assert_int_equal(run("--json doctor", output, sizeof(output)), 1);
	for (size_t i = 0; i < N(parts); i++)
		if (!strstr(output, parts[i]))
			fail_msg("no %s in %s", parts[i], output);
	support_remove_folder(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),	    cmocka_unit_test(test_other_state),
		cmocka_unit_test(test_module_mode), cmocka_unit_test(test_private_file),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
